using TttGen.Cpu;
using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;
using TttGen.Runtime.Tests.Checkpoints;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>Keys and values in bf16: half the memory, nearly the same answers, and states that say so.</summary>
public sealed class CacheTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly ModelOptions Half = new() { Threads = 1, Cache = CacheType.BFloat16 };

    public static TheoryData<string> Models => ["AttendByTwenty", "WindowBySix", "HybridByTen", "Qwen3ByNinetySix", "MistralByTwenty", "CappedByTwenty", "SinksByTen"];

    /// <summary>Rounding to eight bits is worth about 2⁻⁹ of a key or value.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_differ_by_what_rounding_is_worth(string name)
    {
        using var model = SmallModel.All[name].Load(Half);
        var tokens = Draw(model, 150);
        var expected = SmallModel.All[name].Oracle(tokens);
        var (prefilled, decoded) = (RelativeError.Of(model.AllLogits(tokens), expected), RelativeError.Of(model.DecodedLogits(tokens), expected));
        output.WriteLine($"prefill {prefilled:E1}, decode {decoded:E1}");
        Assert.InRange(prefilled, 1e-5, 1e-2);
        Assert.InRange(decoded, 1e-5, 1e-2);
    }

    /// <summary>The last bit of a float turns one number in tens of thousands to the other side of a bf16, which is worth up to 2⁻⁸ of that number: more than between splits in f32.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void Any_split_gives_the_logits_of_one_call(string name)
    {
        using var model = SmallModel.All[name].Load(Half);
        int[][] tokens = [Draw(model, 150), Draw(model, 70)];
        double[][] expected = [.. tokens.Select(model.AllLogits)];
        var worst = new List<double>();
        for (var seed = 0; seed < 20; seed++)
        {
            using var walk = new RandomWalk(model, tokens, expected, seed);
            walk.ToTheEnd();
            worst.Add(walk.Worst);
        }
        output.WriteLine($"{string.Join(", ", worst.Select(error => $"{error:E1}"))}");
        Assert.True(worst.Max() <= 1e-3, $"relative error {worst.Max():E2}");
        // where none was turned
        Assert.True(worst.Min() <= 1e-5, $"relative error of every walk at least {worst.Min():E2}");
    }

    /// <summary>In the middle of a page, after a rewind: its file ends in zeros where nothing was read, and is read again as it was.</summary>
    [Theory]
    [InlineData("AttendByTwenty")]
    [InlineData("MistralByTwenty")]
    public void A_saved_state_goes_on_bit_for_bit(string name)
    {
        using var directory = new TemporaryDirectory();
        using var model = SmallModel.All[name].Load(Half);
        var tokens = Draw(model, 141);
        using var state = model.CreateState();
        using var restored = model.CreateState();
        var (expected, found) = (new float[model.Vocabulary], new float[model.Vocabulary]);
        model.Prefill(state, tokens, expected);
        state.Rewind(131);
        state.Save(directory["state"]);
        restored.Restore(directory["state"]);
        model.Prefill(state, tokens.AsSpan(131), expected);
        model.Prefill(restored, tokens.AsSpan(131), found);
        Assert.Equal(expected, found);
        Assert.Equal(state.Bytes, restored.Bytes);
        using var fork = restored.Fork();
        model.Decode(state, 3, expected);
        model.Decode(fork, 3, found);
        Assert.Equal(expected, found);
    }

    [Fact]
    public void Pages_take_half_the_memory()
    {
        var small = SmallModel.All["AttendByTwenty"];
        using var half = small.Load(Half);
        using var whole = small.Load(Half with { Cache = CacheType.Float32 });
        using var inHalf = half.CreateState();
        using var inWhole = whole.CreateState();
        var (empty, logits) = (inWhole.Bytes, new float[whole.Vocabulary]);
        half.Prefill(inHalf, Draw(half, 100), logits);
        whole.Prefill(inWhole, Draw(half, 100), logits);
        Assert.Equal(128 * whole.Definition.StateBytesPerToken, inWhole.Bytes - empty);
        Assert.Equal(2 * (inHalf.Bytes - empty), inWhole.Bytes - empty);
    }

    [Fact]
    public void A_state_of_another_cache_is_refused_in_one_line()
    {
        using var directory = new TemporaryDirectory();
        var small = SmallModel.All["AttendByTwenty"];
        using var half = small.Load(Half);
        using var whole = small.Load(Half with { Cache = CacheType.Float32 });
        Refused(half, whole, "expected keys and values in f32, found bf16; restore it with --cache bf16");
        Refused(whole, half, "expected keys and values in bf16, found f32; restore it with --cache f32");

        void Refused(CompiledModel from, CompiledModel to, string expected)
        {
            using var state = from.CreateState();
            using var other = to.CreateState();
            var logits = new float[from.Vocabulary];
            from.Prefill(state, Draw(from, 5), logits);
            state.Save(directory["state"]);
            var message = Assert.Throws<TttException>(() => other.Restore(directory["state"])).Message;
            Assert.Contains(expected, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
            Assert.Contains("expected a state of", Assert.Throws<TttException>(() => to.Prefill(state, Draw(from, 5), logits)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_model_that_does_not_attend_has_no_cache() =>
        Assert.Contains("does not attend", Assert.Throws<TttException>(() => SmallModel.All["LinearBySix"].Load(Half)).Message, StringComparison.Ordinal);

    private static int[] Draw(TttModel model, int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(model.Vocabulary))];
    }
}
