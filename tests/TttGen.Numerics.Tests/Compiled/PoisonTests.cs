using TttGen.Cpu;
using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>
/// No number is read that was not written: with NaN in all fresh memory the answers are the same, bit by bit. Apart from the other tests, for
/// poisoning is a setting of the process.
/// </summary>
[CollectionDefinition(nameof(PoisonTests), DisableParallelization = true)]
[Collection(nameof(PoisonTests))]
public sealed class PoisonTests
{
    private static readonly int[] Lengths = [1, 600, 5, 16, 33];

    public static TheoryData<string> Goldens => [.. CompiledModels.OfGolden.Keys];

    public static TheoryData<string> Models => [.. SmallModel.All.Keys];

    public static TheoryData<WeightType> Types => [.. Enum.GetValues<WeightType>()];

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Fresh_memory_is_written_before_it_is_read(string name)
    {
        using var golden = new GoldenCase(name);
        Check(() => CompiledModels.Load(golden, name));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Fresh_memory_is_written_before_it_is_read_with_every_inner_model(string name) => Check(() => SmallModel.All[name].Load());

    [Theory]
    [MemberData(nameof(Types))]
    public void Fresh_memory_is_written_before_it_is_read_with_weights_of_any_type(WeightType type) =>
        Check(() => SmallModel.All["MlpByTen"].Load(new ModelOptions { Threads = 2, Weights = type }));

    [Theory]
    [InlineData("AttendByTwenty")]
    [InlineData("WindowBySix")]
    public void Fresh_memory_is_written_before_it_is_read_with_keys_and_values_in_bf16(string name) =>
        Check(() => SmallModel.All[name].Load(new ModelOptions { Threads = 2, Cache = CacheType.BFloat16 }));

    private static void Check(Func<CompiledModel> load)
    {
        float[] clean = Run(load);
        NativeBuffer.PoisonFresh = true;
        try
        {
            Assert.Equal(clean, Run(load));
        }
        finally
        {
            NativeBuffer.PoisonFresh = false;
        }
    }

    /// <summary>Everything that a model can be asked, one after another.</summary>
    private static float[] Run(Func<CompiledModel> load)
    {
        using var model = load();
        var random = new Random(53);
        int[] tokens = [.. Enumerable.Range(0, Lengths.Sum()).Select(_ => random.Next(model.Vocabulary))];
        SequenceState[] states = [.. Lengths.Select(_ => model.CreateState())];
        var found = new List<float>();
        var logits = new float[Lengths.Length * model.Vocabulary];
        model.Decode(states[0], tokens[0], logits.AsSpan(0, model.Vocabulary));
        found.AddRange(logits.AsSpan(0, model.Vocabulary));
        model.Prefill(states, tokens, Lengths, logits);
        found.AddRange(logits);
        model.Decode(states, tokens.AsSpan(0, Lengths.Length), logits);
        found.AddRange(logits);
        states[2].Reset();
        states[3] = states[1].Fork();
        model.Prefill(states, tokens, Lengths, (_, _, rows) => found.AddRange(rows));
        foreach (var tensor in model.StateTensors) found.AddRange(model.ReadState(states[1], tensor.Name));
        Assert.DoesNotContain(found, float.IsNaN);
        return [.. found];
    }
}
