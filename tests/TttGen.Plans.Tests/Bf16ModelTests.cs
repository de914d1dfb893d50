using TttGen.Cpu;
using TttGen.Inference;
using TttGen.Kernels.Tests.Devices;
using TttGen.Numerics.Tests;
using TttGen.Numerics.Tests.Compiled;
using TttGen.Numerics.Tests.Spec;
using TttGen.Plans.Tests.Oracle;
using TttGen.Runtime.Tests.Checkpoints;

namespace TttGen.Plans.Tests;

/// <summary>Whole models on a device in bf16, every kernel of the plan: against float64 with the same numbers rounded.</summary>
public sealed class Bf16ModelTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const double Bar = 1e-3;

    // Plans in float32 differ from the executable spec by this much.
    private const double Float32Rounds = 4e-7;

    /// <summary>All whose memories descend their gradient: the interpreter knows no other scan.</summary>
    public static TheoryData<string> Models => [.. SmallModel.All.Keys.Where(name => !name.StartsWith("Titans", StringComparison.Ordinal))];

    /// <summary>Every kind of inner model, whole mini-batches and parts of them, both backbones, all ways in which layers are put together.</summary>
    public static TheoryData<string> OnADevice =>
    [
        nameof(LinearBySix),
        nameof(MlpBySix),
        nameof(MlpBySixteen),
        nameof(SwiGluBySix),
        nameof(ThreeLayerBySixteen),
        nameof(LowRankBySixteen),
        nameof(DeltaByTen),
        nameof(ScaledBySixteen),
        nameof(TiedBySix),
        nameof(GainByTen),
        nameof(SquashedBySix),
        nameof(MambaByTen),
        nameof(MixedMemories),
        nameof(SkippedStack),
        nameof(UntiedLinearTransformer),
    ];

    /// <summary>At the sizes of the paper's heads; each with the case that its weights are of.</summary>
    public static TheoryData<string, string> PaperHeads => new()
    {
        { "linear-mamba-heads-of-64", nameof(LinearMambaHeadsOf64) },
        { "linear-transformer-heads-of-96", nameof(LinearTransformerHeadsOf96) },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Without_rounding_the_oracle_is_the_executable_spec(string name)
    {
        var small = SmallModel.All[name];
        using var directory = new TemporaryDirectory();
        small.Write(directory.Root);
        var tokens = Drawn(37, 31, 5);
        RelativeError.Within(1e-11, Oracles.Logits(name, directory.Root, tokens, rounds: false), small.Oracle(tokens), "logits");
    }

    [Theory]
    [MemberData(nameof(OnADevice))]
    public void Logits_are_those_of_the_oracle_that_rounds_at_the_same_points(string name) => Check(name, [18], reading =>
    {
        reading.Prefill(17);
        reading.Decode(1);
    });

    /// <summary>Products of few rows and recordings are one code for all memories: some models stand for the others.</summary>
    [Theory]
    [InlineData(nameof(LinearBySix))]
    [InlineData(nameof(SquashedBySix))]
    [InlineData(nameof(MambaBySix))]
    [InlineData(nameof(OneLayer))]
    public void Few_rows_and_recorded_steps_are_rounded_as_many_rows_are(string name) => Check(name, [17], reading =>
    {
        reading.Prefill(11);
        reading.Prefill(3);
        // launch by launch, then as a recording
        reading.Decode(3);
    });

    [Fact]
    public void Sequences_of_unequal_lengths_are_read_together() => Check(nameof(MixedMemories), [3, 17, 8], reading =>
    {
        reading.Prefill(1, 15, 6);
        reading.Decode(2);
    });

    [Theory, OnPocl(nameof(PaperHeads), takesMinutes: true)]
    public void Heads_of_the_papers_sizes_answer_as_the_oracle_does(AcceleratorKind kind, string golden, string name)
    {
        using var weights = new GoldenCase(golden);
        using var device = new IlgpuDevice(kind);
        using var model = CompiledModels.OfGolden[golden].Load(weights.Directory, In(device));
        int[][] tokens = [.. new[] { 1, 15, 17, 50 }.Select((length, s) => Drawn(length + 3, model.Vocabulary, s))];
        using var reading = new Reading(model, tokens);
        reading.Prefill(1, 15, 17, 50);
        reading.Decode(3);
        Compare(reading, name, weights.Directory, tokens);
        device.Synchronize();
    }

    /// <summary>Matrices that are worth a library of products: with one, and by tiles of either size.</summary>
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 1)]
    [InlineData(false, 1000)]
    public void Large_matrices_are_multiplied_by_a_library_or_by_tiles_of_any_size(bool hasLibrary, int multiProcessors)
    {
        var wide = SmallModel.Of<WideLinear>((model, tokens) => model.Apply(tokens).Items);
        using var directory = new TemporaryDirectory();
        wide.Write(directory.Root);
        using var device = new IlgpuDevice(AcceleratorKind.Cpu) { HasLibrary = hasLibrary, SaidMultiProcessors = multiProcessors };
        using var model = wide.Definition.Load(directory.Root, In(device));
        int[][] tokens = [.. Enumerable.Range(0, 9).Select(s => Drawn(s + 3, model.Vocabulary, s))];
        using var reading = new Reading(model, tokens);
        reading.Prefill([.. tokens.Select(t => t.Length - 2)]);
        reading.Decode(2);
        Compare(reading, wide.Name, directory.Root, tokens);
        // q, k, v, o, gate, up, down, logits: of each pass
        Assert.Equal(hasLibrary ? 3 * 8 : 0, device.Products);
        device.Synchronize();
    }

    private void Check(string name, int[] lengths, Action<Reading> read)
    {
        using var directory = new TemporaryDirectory();
        SmallModel.All[name].Write(directory.Root);
        using var device = new IlgpuDevice(AcceleratorKind.Cpu);
        using var model = SmallModel.All[name].Definition.Load(directory.Root, In(device));
        int[][] tokens = [.. lengths.Select((length, s) => Drawn(length, model.Vocabulary, s))];
        using var reading = new Reading(model, tokens);
        read(reading);
        Compare(reading, name, directory.Root, tokens);
        device.Synchronize();
    }

    private static ModelOptions In(IlgpuDevice device) => new() { Device = device, Weights = WeightType.BFloat16 };

    private static int[] Drawn(int count, int vocabulary, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
    }

    private void Compare(Reading reading, string name, string directory, int[][] tokens)
    {
        for (var s = 0; s < tokens.Length; s++)
        {
            var expected = Oracles.Logits(name, directory, tokens[s]);
            var (found, most) = (RelativeError.Of(reading.Logits[s], expected), Bar);

            // A value at a boundary of bf16 falls on either side, for float32 rounds too: at most twice what the oracle's own logits move when its numbers are off by as little.
            if (found > Bar) most = Math.Max(Bar, 2 * RelativeError.Of(Oracles.Logits(name, directory, tokens[s], noise: Float32Rounds), expected));
            output.WriteLine($"{tokens[s].Length} tokens: {found:E1}, at most {most:E1}");
            RelativeError.Within(most, reading.Logits[s], expected, $"logits of {tokens[s].Length} tokens");
        }
    }
}
