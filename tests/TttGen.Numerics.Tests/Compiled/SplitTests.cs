using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>However a sequence is cut into calls, and whatever else a call reads beside it, the answers are those of one call.</summary>
public sealed class SplitTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const double Bar = 1e-5;
    private const int Walks = 200;

    [Theory]
    [InlineData("linear-transformer")]
    [InlineData("linear-transformer-heads-of-96")]
    [InlineData("linear-mamba")]
    [InlineData("mlp-transformer")]
    [InlineData("mlp-mamba")]
    [InlineData("llama-grouped-query")]
    public void Any_split_gives_the_logits_of_one_call(string name)
    {
        using var golden = new GoldenCase(name);
        using var model = CompiledModels.Load(golden, name, threads: 1);
        var random = new Random(41);
        int[][] tokens = [.. new[] { 90, 61, 33 }.Select(length => Enumerable.Range(0, length).Select(_ => random.Next(model.Vocabulary)).ToArray())];
        double[][] expected = [.. tokens.Select(model.AllLogits)];
        var (worst, compared) = (0.0, 0);
        for (var seed = 0; seed < Walks; seed++)
        {
            using var walk = new RandomWalk(model, tokens, expected, seed);
            walk.ToTheEnd();
            Assert.True(walk.Worst <= Bar, $"walk {seed}: relative error {walk.Worst:E2}, expected at most {Bar:E1}");
            (worst, compared) = (Math.Max(worst, walk.Worst), compared + walk.Compared);
        }
        output.WriteLine($"{Walks} walks, {compared} rows: {worst:E1}");
    }

    /// <summary>Small models with other inner models, mini-batches and odd heads; the one that runs in its primal form among them.</summary>
    [Theory]
    [InlineData("MlpBySixteen")]
    [InlineData("LinearByTen")]
    [InlineData("SwiGluByTen")]
    [InlineData("TiedBySix")]
    [InlineData("SquashedBySix")]
    [InlineData("MambaByTen")]
    [InlineData("MambaBySix")]
    [InlineData("MixedMemories")]
    public void Any_split_gives_the_logits_of_one_call_for_other_inner_models(string name) => Walk(name, Walks / 10, 60, 35);

    /// <summary>Sequences of several pages, longer than the windows.</summary>
    [Theory]
    [InlineData("AttendByTwenty")]
    [InlineData("AttendByNinetySix")]
    [InlineData("WindowBySix")]
    [InlineData("HybridByTen")]
    public void Any_split_gives_the_logits_of_one_call_where_the_state_grows(string name) => Walk(name, Walks / 4, 300, 130, 64);

    [Theory]
    [InlineData("TitansBySixteen")]
    [InlineData("TitansMlpByTen")]
    [InlineData("TitansSwiGluByTen")]
    [InlineData("TitansDeltaByNinetySix")]
    [InlineData("TitansSquashedBySix")]
    public void Any_split_gives_the_logits_of_one_call_under_momentum(string name) => Walk(name, Walks, 60, 35);

    private void Walk(string name, int walks, params int[] lengths)
    {
        using var model = SmallModel.All[name].Load(new ModelOptions { Threads = 1 });
        var random = new Random(43);
        int[][] tokens = [.. lengths.Select(length => Enumerable.Range(0, length).Select(_ => random.Next(model.Vocabulary)).ToArray())];
        double[][] expected = [.. tokens.Select(model.AllLogits)];
        var worst = 0.0;
        for (var seed = 0; seed < walks; seed++)
        {
            using var walk = new RandomWalk(model, tokens, expected, seed);
            walk.ToTheEnd();
            worst = Math.Max(worst, walk.Worst);
        }
        output.WriteLine($"{worst:E1}");
        Assert.True(worst <= Bar, $"relative error {worst:E2}, expected at most {Bar:E1}");
    }
}
