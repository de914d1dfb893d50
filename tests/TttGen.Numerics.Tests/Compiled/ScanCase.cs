using System.Numerics;
using TttGen.Cpu;
using TttGen.InnerModels;
using TttGen.Numerics.Tests.Spec;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>A generated scan and the oracle that knows what it should give.</summary>
internal abstract class ScanCase
{
    /// <summary>Tokens that a call reads.</summary>
    public static IReadOnlyList<int> Lengths { get; } = [1, 15, 16, 17, 50];

    public static IReadOnlyDictionary<string, ScanCase> All { get; } = new ScanCase[]
    {
        Of<LinearBySixScan, LinearMemory<Six>, Six, Five>(),
        Of<LinearByTenScan, LinearMemory<Ten>, Ten, One>(),
        Of<LinearBySixteenScan, LinearMemory<Sixteen>, Sixteen, Eight>(),
        Of<LinearByNinetySixScan, LinearMemory<NinetySix>, NinetySix, Sixteen>(),
        Of<MlpBySixScan, MlpMemory<Six, Ten>, Six, Eight>(),
        Of<MlpByTenScan, MlpMemory<Ten, Forty>, Ten, Sixteen>(),
        Of<MlpBySixteenScan, MlpMemory<Sixteen, Sixteen>, Sixteen, Five>(),
        Of<MlpByNinetySixScan, MlpMemory<NinetySix, Forty>, NinetySix, One>(),
        Of<SwiGluBySixScan, SwiGluMemory<Six, Ten>, Six, One>(),
        Of<SwiGluByTenScan, SwiGluMemory<Ten, Sixteen>, Ten, Sixteen>(),
        Of<ThreeLayerBySixScan, ThreeLayerMemory<Six, Ten>, Six, Five>(),
        Of<ThreeLayerBySixteenScan, ThreeLayerMemory<Sixteen, Sixteen>, Sixteen, Sixteen>(),
        Of<LowRankBySixteenScan, LowRankMemory<Sixteen, Three>, Sixteen, Eight>(),
        Of<LowRankByNinetySixScan, LowRankMemory<NinetySix, Three>, NinetySix, Five>(),
        Of<DeltaByTenScan, DeltaMemory<Ten>, Ten, Sixteen>(),
        Of<DeltaByTenOnlineScan, DeltaMemory<Ten>, Ten, One>(),
        Of<ScaledBySixScan, ScaledMemory<Six>, Six, Eight>(),
        Of<ScaledBySixteenScan, ScaledMemory<Sixteen>, Sixteen, Sixteen>(),
        Of<TiedBySixScan, TiedMemory<Six, Ten>, Six, Five>(),
        Of<TiedByTenScan, TiedMemory<Ten, Sixteen>, Ten, Sixteen>(),
        Of<GainByTenScan, GainMemory<Ten>, Ten, Five>(),
        Of<SquashedBySixScan, SquashedMemory<Six>, Six, Sixteen>(),    }.ToDictionary(scan => scan.Name);

    public abstract string Name { get; }

    /// <summary>
    /// The largest relative error of outputs, weights and gradient sums, over all lengths and over starts inside a mini-batch; the call before,
    /// which goes as far as that start, is the compiled code's own.
    /// </summary>
    public abstract double WorstError<T, V>() where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>;

    private static Pair<TScan, TModel, F, K> Of<TScan, TModel, F, K>() where TScan : IScan where TModel : IInnerModel<TModel, F> where F : IDim where K : IDim => new();

    private sealed class Pair<TScan, TModel, F, K> : ScanCase where TScan : IScan where TModel : IInnerModel<TModel, F> where F : IDim where K : IDim
    {
        private static readonly int[] Starts = [.. new[] { 0, 1, K.Size / 2, K.Size - 1 }.Where(start => start < K.Size).Distinct()];
        private readonly Lazy<(InnerCase<TModel, F, K> Tokens, double[] Outputs, Dictionary<int, (double[] Weight, double[] Sum)[]> Ends)> _oracle = new(RunOracle);

        public override string Name => typeof(TScan).Name[..^"Scan".Length];

        public override double WorstError<T, V>()
        {
            var (tokens, outputs, ends) = _oracle.Value;
            var worst = 0.0;
            foreach (var start in Starts)
                foreach (var length in Lengths)
                {
                    using var run = ScanRun<TScan, T, V>.Of(tokens, start + length);
                    if (start > 0) run.Read(start);
                    run.Read(length);
                    See(run.Outputs(), outputs.AsSpan(0, (start + length) * F.Size));
                    foreach (var (found, expected) in run.End().Zip(ends[start + length]))
                    {
                        See(found.Weight, expected.Weight);
                        See(found.Sum, expected.Sum);
                    }
                }
            return worst;

            void See(ReadOnlySpan<double> found, ReadOnlySpan<double> expected)
            {
                var error = RelativeError.Of(found, expected);
                worst = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(worst, error);
            }
        }

        private static (InnerCase<TModel, F, K>, double[], Dictionary<int, (double[] Weight, double[] Sum)[]>) RunOracle()
        {
            var tokens = InnerCase<TModel, F, K>.Draw(Starts.Max() + Lengths.Max(), 17);
            var ends = new Dictionary<int, (double[] Weight, double[] Sum)[]>();
            var wanted = Starts.SelectMany(start => Lengths.Select(length => start + length)).ToHashSet();
            var (outputs, _) = tokens.RunOracle((read, state) =>
            {
                if (wanted.Contains(read)) ends[read] = [.. state.Weights.Fast.Select((weight, i) => (state.Weights[weight.Key], state.GradientSum[i].ToArray()))];
            });
            return (tokens, outputs, ends);
        }
    }
}
