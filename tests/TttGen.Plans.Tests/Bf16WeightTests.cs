using TttGen.Checkpoints;
using TttGen.Cpu;
using TttGen.Inference;
using TttGen.Kernels;
using TttGen.Kernels.Tests.Devices;
using TttGen.Numerics.Tests;
using TttGen.Numerics.Tests.Compiled;
using TttGen.Numerics.Tests.Spec;
using TttGen.Plans.Tests.Oracle;
using TttGen.Runtime.Tests.Checkpoints;

namespace TttGen.Plans.Tests;

/// <summary>Weights and states of a model in bf16, to and from files.</summary>
public sealed class Bf16WeightTests
{
    private static readonly SmallModel Small = SmallModel.All[nameof(MambaBySix)];

    private static readonly int[] Tokens = [.. Enumerable.Range(0, 26).Select(t => t * t % 31)];

    private static readonly string[] Matrices = ["embed_tokens.", "_proj.", "learnable_ttt_lr_"];

    [Fact]
    public void A_model_that_is_saved_and_loaded_again_is_the_same()
    {
        using var directories = new TemporaryDirectory();
        var (written, saved) = (directories["written"], directories["saved"]);
        Small.Write(written);
        using var device = new IlgpuDevice(AcceleratorKind.Cpu);
        using var model = Load(written, device);
        model.Save(saved);
        using var again = Load(saved, device);

        Assert.Equal(model.WeightBytes, again.WeightBytes);
        using (Checkpoint before = Checkpoint.Open(written), after = Checkpoint.Open(saved))
            foreach (var info in Small.Definition.Parameters)
            {
                var isMatrix = Matrices.Any(name => info.Key.EndsWith(name + "weight", StringComparison.Ordinal));
                Assert.Equal(Array.ConvertAll(Numbers(before, info), x => isMatrix ? Bf16.ToFloat(Bf16.Round(x)) : x), Numbers(after, info));
            }
        Assert.Equal(Logits(model), Logits(again));
    }

    [Fact]
    public void A_state_goes_on_where_another_machine_read_in_other_numbers()
    {
        using var directory = new TemporaryDirectory();
        Small.Write(directory.Root);
        using var device = new IlgpuDevice(AcceleratorKind.Cpu);
        using var model = Load(directory.Root, device);
        using var cpu = Small.Load();
        double[] exact = [.. Small.Oracle(Tokens)[^cpu.Vocabulary..]];
        var rounding = RelativeError.Of(Oracles.Logits(Small.Name, directory.Root, Tokens)[^cpu.Vocabulary..], exact);

        foreach (var (first, then) in new[] { ((TttModel)cpu, (TttModel)model), (model, cpu) })
        {
            using var from = first.CreateState();
            using var to = then.CreateState();
            var logits = new float[cpu.Vocabulary];
            first.Prefill(from, Tokens.AsSpan(0, 21), logits);
            from.Save(directory["state"]);
            to.Restore(directory["state"]);
            Assert.Equal(21, to.Position);
            then.Prefill(to, Tokens.AsSpan(21), logits);
            RelativeError.Within(2 * rounding, Array.ConvertAll(logits, x => (double)x), exact, $"logits after a state of {first.GetType().Name}");
        }
    }

    [Fact]
    public void Weights_in_int8_are_refused_in_one_line()
    {
        using var device = new IlgpuDevice(AcceleratorKind.Cpu);
        var refusal = Assert.Throws<TttException>(() => Small.LoadAnywhere(new ModelOptions { Device = device, Weights = WeightType.Int8 }));
        Assert.Equal($"int8: expected f32 or bf16, which kernels for {device.Name} read; choose one of them, or run it on the CPU", refusal.Message);
    }

    private static float[] Numbers(Checkpoint checkpoint, ParameterInfo info)
    {
        var numbers = new float[info.Count];
        checkpoint.Read(info.Key, 0, numbers);
        return numbers;
    }

    private static TttModel Load(string directory, IlgpuDevice device) => Small.Definition.Load(directory, new ModelOptions { Device = device, Weights = WeightType.BFloat16 });

    private static double[] Logits(TttModel model)
    {
        using var reading = new Reading(model, Tokens[..12]);
        reading.Prefill(10);
        reading.Decode(2);
        return reading.Logits[0];
    }
}
