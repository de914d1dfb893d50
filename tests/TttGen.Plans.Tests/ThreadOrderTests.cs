using TttGen.Inference;
using TttGen.Kernels.Tests.Devices;
using TttGen.Numerics.Tests.Compiled;
using TttGen.Numerics.Tests.Spec;
using Xunit.Abstractions;

namespace TttGen.Plans.Tests;

/// <summary>
/// What a kernel's threads do between two barriers is the same in whatever order they do it. Run with the first thread first and then with the last one first,
/// a plan gives the same bits: where a thread reads or writes over what another one of its group writes, with no barrier between, it would not.
/// </summary>
public sealed class ThreadOrderTests(ITestOutputHelper output)
{
    /// <summary>Models by the length of their mini-batches.</summary>
    public static TheoryData<string, int> Models => new()
    {
        { "MlpByTen", 16 }, { "ThreeLayerBySix", 5 }, { "MambaByTen", 5 }, { "TitansBySix", 5 },
    };

    [Theory, MemberData(nameof(Models))]
    public void A_plan_gives_the_same_bits_in_whatever_order_threads_run(string name, int miniBatch)
    {
        int[] tokens = Tokens(miniBatch);
        float[] ascending = [], descending = [];
        Parallel.Invoke(
            () => ascending = Read(name, AcceleratorKind.Ascending, tokens, 2 * miniBatch - 1),
            () => descending = Read(name, AcceleratorKind.Descending, tokens, 2 * miniBatch - 1));
        Within(ascending, name, tokens);
        Assert.Equal(Array.ConvertAll(ascending, BitConverter.SingleToInt32Bits), Array.ConvertAll(descending, BitConverter.SingleToInt32Bits));
    }

    /// <summary>On a simulator that finds races, too.</summary>
    [Theory, OnOclgrind(nameof(Models))]
    public void A_plan_follows_the_executable_spec(AcceleratorKind kind, string name, int miniBatch)
    {
        int[] tokens = Tokens(miniBatch);
        Within(Read(name, kind, tokens, 2 * miniBatch - 1), name, tokens);
    }

    /// <summary>A whole mini-batch, all of the next but its last token, that token, and the first one of another.</summary>
    private static int[] Tokens(int miniBatch)
    {
        var random = new Random(miniBatch);
        return [.. Enumerable.Range(0, 2 * miniBatch + 1).Select(_ => random.Next(31))];
    }

    private void Within(float[] found, string name, int[] tokens)
    {
        double[] logits = Array.ConvertAll(found, x => (double)x), expected = SmallModel.All[name].Oracle(tokens);
        output.WriteLine($"{RelativeError.Of(logits, expected):E1}");
        RelativeError.Within(2e-5, logits, expected, name);
    }

    private static float[] Read(string name, AcceleratorKind kind, int[] tokens, int atOnce)
    {
        using var device = new IlgpuDevice(kind);
        using var model = SmallModel.All[name].LoadAnywhere(new ModelOptions { Device = device });
        using var state = model.CreateState();
        var logits = new float[tokens.Length * model.Vocabulary];
        model.Prefill([state], tokens[..atOnce], [atOnce], (_, first, rows) => rows.CopyTo(logits.AsSpan(first * model.Vocabulary)));
        for (int t = atOnce; t < tokens.Length; t++) model.Decode(state, tokens[t], logits.AsSpan(t * model.Vocabulary, model.Vocabulary));
        device.Synchronize();
        return logits;
    }
}
