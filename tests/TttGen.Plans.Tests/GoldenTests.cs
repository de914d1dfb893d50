using TttGen.Checkpoints;
using TttGen.Gpu.Checking;
using TttGen.Gpu.Models;
using TttGen.Gpu.Results;
using TttGen.Inference;
using TttGen.Kernels.Tests.Devices;
using TttGen.Numerics.Tests.Compiled;
using TttGen.Numerics.Tests.Spec;
using TttGen.Runtime.Tests.Checkpoints;
using Xunit.Abstractions;
using RelativeError = TttGen.Numerics.Tests.Spec.RelativeError;

namespace TttGen.Plans.Tests;

/// <summary>Every golden case through the whole plan, with the comparisons that a GPU's run makes: one call, token by token, the loss, inner states.</summary>
public sealed class GoldenTests(ITestOutputHelper output)
{
    private const double Bar = 5e-5;

    /// <summary>Each, and whether PoCL gets its scan for single tokens right, too (TestAccelerator).</summary>
    public static TheoryData<string, bool> Models
    {
        get
        {
            var rows = new TheoryData<string, bool>();
            foreach (var model in KnownModels.All.Where(model => model.Goldens.Count > 0)) rows.Add(model.Name, !model.Name.StartsWith("mlp", StringComparison.Ordinal));
            return rows;
        }
    }

    /// <summary>The cases that are decoded here instead, and from which token: to a mini-batch's end, and over one.</summary>
    public static TheoryData<string, int> DecodedCases => new() { { "mlp-transformer", 44 }, { "mlp-mamba", 44 }, { "mlp-transformer-stops-inside-a-mini-batch", 30 } };

    [Theory, OnPocl(nameof(Models))]
    public void Tensors_are_those_of_the_reference(AcceleratorKind kind, string name, bool decodes)
    {
        using var device = new IlgpuDevice(kind);
        var log = new ResultLog(path: null) { Listener = result => output.WriteLine(result.ToJson()) };
        var known = KnownModel.Named(name);
        new GoldenChecker(known, device, log, Path.Combine(AppContext.BaseDirectory, "golden")) { Decodes = decodes }.Run();
        device.Synchronize();
        Assert.True(log.Results.Count >= (decodes ? 3 : 2) * known.Goldens.Count);
        Assert.All(log.Results.Cast<Check>(), check => Assert.True(check.Passed, check.ToJson()));
    }

    /// <summary>On ILGPU's interpreter, from a state that the CPU's code has saved.</summary>
    [Theory, TakesMinutes(nameof(DecodedCases))]
    public void Token_by_token_logits_and_states_are_those_of_the_reference(string name, int from)
    {
        using var golden = new GoldenCase(name);
        using var directory = new TemporaryDirectory();
        using var device = new IlgpuDevice(AcceleratorKind.Ascending);
        using var onCpu = CompiledModels.OfGolden[name].Load(golden.Directory, new ModelOptions());
        using var onDevice = CompiledModels.OfGolden[name].Load(golden.Directory, new ModelOptions { Device = device });
        var path = Path.Combine(directory.Root, "state");
        var logits = new float[onCpu.Vocabulary];
        int[] tokens = golden.Tokens(0);

        using (var read = onCpu.CreateState())
        {
            onCpu.Prefill(read, tokens.AsSpan(0, from), logits);
            read.Save(path);
        }

        using var state = onDevice.CreateState();
        state.Restore(path);
        double[] all = golden.Logits(0);
        for (int t = from; t < tokens.Length; t++)
        {
            onDevice.Decode(state, tokens[t], logits);
            double[] found = Array.ConvertAll(logits, x => (double)x), expected = all[(t * logits.Length)..((t + 1) * logits.Length)];
            output.WriteLine($"token {t}: {RelativeError.Of(found, expected):E1}");
            RelativeError.Within(Bar, found, expected, $"{name}, token {t}");
        }

        using var tensors = SafetensorsFile.Open(Path.Combine(golden.Directory, "case.safetensors"));
        double error = GoldenChecker.StateError(tensors, (BatchedModel)onDevice, state, 0, golden.Sequences);
        output.WriteLine($"states: {error:E1}");
        Assert.InRange(error, 0, Bar);

        device.Synchronize();
    }
}
