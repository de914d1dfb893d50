using TttGen.Cpu;
using TttGen.InnerModels;
using TttGen.Numerics.Tests.Spec;
using Xunit.Abstractions;

namespace TttGen.Numerics.Tests.Backward;

/// <summary>The compiled outer gradient of every inner model, second derivatives included, against differences of the spec running.</summary>
public sealed class BackwardTests(ITestOutputHelper log)
{
    /// <summary>What is checked of one memory, whatever its types.</summary>
    private interface IChecks
    {
        void Differences(int tokens, ITestOutputHelper log);

        void Identities(int tokens);

        void Single(int tokens, ITestOutputHelper log);
    }

    private static readonly Dictionary<string, IChecks> Memories = new()
    {
        ["Linear, 6"] = new Checks<LinearMemory<Six>, Six, Sixteen, LinearOf6>(),
        ["Mlp, 6"] = new Checks<MlpMemory<Six, Ten>, Six, Sixteen, MlpOf6>(),
        ["SwiGlu, 6"] = new Checks<SwiGluMemory<Six, Ten>, Six, Sixteen, SwiGluOf6>(),
        ["ThreeLayer, 6"] = new Checks<ThreeLayerMemory<Six, Ten>, Six, Sixteen, ThreeLayerOf6>(),
        ["LowRank, 6"] = new Checks<LowRankMemory<Six, Three>, Six, Sixteen, LowRankOf6>(),
        ["Delta, 6"] = new Checks<DeltaMemory<Six>, Six, Sixteen, DeltaOf6>(),
        ["Scaled, 6"] = new Checks<ScaledMemory<Six>, Six, Sixteen, ScaledOf6>(),
        ["Tied, 6"] = new Checks<TiedMemory<Six, Ten>, Six, Sixteen, TiedOf6>(),
        ["Gain, 6"] = new Checks<GainMemory<Six>, Six, Sixteen, GainOf6>(),
        ["Squashed, 6"] = new Checks<SquashedMemory<Six>, Six, Sixteen, SquashedOf6>(),
        ["Linear, 10"] = new Checks<LinearMemory<Ten>, Ten, Five, LinearOf10>(),
        ["Mlp, 10"] = new Checks<MlpMemory<Ten, Sixteen>, Ten, Five, MlpOf10>(),
        ["Squashed, 10"] = new Checks<SquashedMemory<Ten>, Ten, Five, SquashedOf10>(),
    };

    public static TheoryData<string> Names => [.. Memories.Keys];

    [Theory, MemberData(nameof(Names))]
    public void Gradients_equal_differences_of_the_spec(string memory)
    {
        foreach (var tokens in new[] { 1, 15, 17, 50 }) Memories[memory].Differences(tokens, log);
    }

    [Theory, MemberData(nameof(Names))]
    public void Neither_the_states_kept_nor_cuts_change_gradients(string memory)
    {
        foreach (var tokens in new[] { 16, 50, 64 }) Memories[memory].Identities(tokens);
    }

    [Theory, MemberData(nameof(Names))]
    public void Single_precision_stays_close_to_double(string memory) => Memories[memory].Single(50, log);

    private sealed class Checks<TModel, F, K, TScan> : IChecks where TModel : IInnerModel<TModel, F> where F : IDim where K : IDim where TScan : IScan
    {
        public void Differences(int tokens, ITestOutputHelper log)
        {
            var scan = new ScanGradients<TModel, F, K, TScan>(tokens, 11 + tokens);
            foreach (var (name, measured, derived) in scan.Slopes(scan.Of<double, Lanes256d>(checkpointEvery: 2), directions: 2, seed: 5))
            {
                var error = RelativeError.Of(derived, measured);
                log.WriteLine($"{tokens} tokens, {name}: {error:E1}");
                Assert.True(error <= 1e-7, $"{tokens} tokens, {name}: relative error {error:E2} of {string.Join(", ", derived)} against {string.Join(", ", measured)}");
            }
        }

        public void Identities(int tokens)
        {
            var scan = new ScanGradients<TModel, F, K, TScan>(tokens, 21);
            var whole = scan.Of<double, Lanes256d>(checkpointEvery: 1);
            foreach (var checkpointEvery in new[] { 2, 3, 4, 100 }) Compare($"states kept every {checkpointEvery}", whole, scan.Of<double, Lanes512d>(checkpointEvery), 1e-12);
            int[][] cuts = [[1], [tokens - 1], [tokens / 2], [3, 7, 16], [5, 10, 15, Math.Min(33, tokens)]];
            foreach (var cut in cuts)
                if (cut[^1] < tokens) Compare($"cuts at {string.Join(", ", cut)}", whole, scan.Of<double, Lanes128d>(2, cut), 1e-12);
        }

        public void Single(int tokens, ITestOutputHelper log)
        {
            var scan = new ScanGradients<TModel, F, K, TScan>(tokens, 31);
            var exact = scan.Of<double, Lanes256d>(checkpointEvery: 4);
            Compare("512 bits", exact, scan.Of<float, Lanes512>(4), 1e-4, log);
            Compare("256 bits", exact, scan.Of<float, Lanes256>(4), 1e-4);
            Compare("128 bits", exact, scan.Of<float, Lanes128>(4), 1e-4);
        }

        private static void Compare(string what, IReadOnlyDictionary<string, double[]> expected, IReadOnlyDictionary<string, double[]> found, double bar, ITestOutputHelper? log = null)
        {
            foreach (var (name, items) in expected)
            {
                log?.WriteLine($"{name}, {what}: {RelativeError.Of(found[name], items):E1}");
                RelativeError.Within(bar, found[name], items, $"{name}, {what}");
            }
        }
    }
}
