using TttGen.Cpu;
using TttGen.InnerModels;
using TttGen.Layers;

namespace TttGen.Benchmarks;

/// <summary>
/// Generated TTT scans alone, one head of 64, mini-batches of 16, everything in the near caches: the dual form, the same code run token by token
/// (the primal step of decoding), and a primal form that stores every token's gradient, as the paper's comparison does.
/// </summary>
internal static unsafe class Scans
{
    private const int Tokens = 512;
    private const int Head = 64;

    public static IEnumerable<Measurement> All()
    {
        var linear = new Linear();
        var mlp = new Mlp();
        yield return Of("scan TTT-Linear, dual form", DualFlops(LinearScanModel.Definition), () => Width.Run(linear with { Part = Tokens }));
        yield return Of("scan TTT-Linear, primal steps", 8.0 * Head * Head + 2 * Head * Head, () => Width.Run(linear with { Part = 1 }));
        yield return Of("scan TTT-Linear, every gradient stored", 12.0 * Head * Head, () => Width.Run(linear with { Part = 1, StoreGradients = true }));
        yield return Of("scan TTT-MLP, dual form", DualFlops(MlpScanModel.Definition), () => Width.Run(mlp with { Part = Tokens }));
        yield return Of("scan TTT-MLP, primal steps", 40.0 * Head * 4 * Head / 2, () => Width.Run(mlp with { Part = 1 }));
    }

    private static Measurement Of(string name, double flopsPerToken, Action body) => new(name, Limit.Fma, flopsPerToken * Tokens, 2, body) { Units = Tokens };

    /// <summary>What the schedule counts for one token and the one head of a model, without the products around it.</summary>
    private static double DualFlops(Inference.ModelDefinition definition)
    {
        long around = definition.Parameters.Where(p => p.Shape.Count == 2 && p.Key.Contains("layers.0", StringComparison.Ordinal) && p.Key.EndsWith("weight", StringComparison.Ordinal) && !p.Key.Contains("ttt_norm", StringComparison.Ordinal))
            .Sum(p => 2 * p.Count);
        return definition.FlopsPerToken.Body - around - 2 * Head;
    }

    /// <summary>Inputs of a scan.</summary>
    private sealed class Inputs
    {
        public NativeBuffer Query { get; } = Operands.Numbers(Tokens * Head);
        public NativeBuffer Key { get; } = Operands.Numbers(Tokens * Head);
        public NativeBuffer Value { get; } = Operands.Numbers(Tokens * Head);
        public NativeBuffer Output { get; } = Operands.Numbers(Tokens * Head);
        public NativeBuffer Scale { get; } = Operands.Numbers(Head);
        public NativeBuffer Shift { get; } = Operands.Numbers(Head);
        public NativeBuffer Rate { get; } = Filled(Tokens, static _ => 0.01f);
        public NativeBuffer TokenRate { get; } = Filled(16, static i => 1f / (i + 1));

        public static NativeBuffer Filled(int count, Func<int, float> value)
        {
            var buffer = new NativeBuffer(count);
            for (int i = 0; i < count; i++)
                buffer.Pointer[i] = value(i);
            return buffer;
        }
    }

    private readonly record struct Linear() : IWideWork
    {
        private readonly Inputs _in = new();
        private readonly NativeBuffer _state = Inputs.Filled(LinearScanModel.LinearMemoryScan.StateSize, static i => i % 7 * 0.001f);
        private readonly NativeBuffer _scratch = new(LinearScanModel.LinearMemoryScan.ScratchSize);
        private readonly NativeBuffer _gradients = new(16 * Head * Head);

        public int Part { get; init; }

        public bool StoreGradients { get; init; }

        public void Run<V>()
            where V : struct, ILanes<V, float>
        {
            for (int t = 0; t < Tokens; t += Part)
            {
                int place = t % 16;
                LinearScanModel.LinearMemoryScan.Run<float, V>(
                    Part, place, _in.Key.Pointer + t * Head, Head, _in.Value.Pointer + t * Head, Head, _in.Query.Pointer + t * Head, Head, _in.Rate.Pointer + t, 1,
                    _in.TokenRate.Pointer, _state.Pointer, _in.Scale.Pointer, _in.Shift.Pointer, _in.Output.Pointer + t * Head, Head, _scratch.Pointer);
                if (!StoreGradients)
                    continue;
                // this token's own gradient as a matrix, written to memory; at the mini-batch's end they are read again and summed up place by place
                float* own = _gradients.Pointer + place * Head * Head;
                Tile.Multiply<float, V>(Head, 1, Head, _in.Key.Pointer + t * Head, 1, Head, _in.Value.Pointer + t * Head, Head, own, Head);
                for (int i = 1; place == 15 && i < 16; i++)
                    for (float* to = _gradients.Pointer + i * Head * Head, end = to + Head * Head; to < end; to += V.Count)
                        V.Store(V.Load(to) + V.Load(to - Head * Head), to);
            }
        }
    }

    private readonly record struct Mlp() : IWideWork
    {
        private readonly Inputs _in = new();
        private readonly NativeBuffer _state = Inputs.Filled(MlpScanModel.MlpMemoryScan.StateSize, static i => i % 7 * 0.001f);
        private readonly NativeBuffer _scratch = new(MlpScanModel.MlpMemoryScan.ScratchSize);

        public int Part { get; init; }

        public void Run<V>()
            where V : struct, ILanes<V, float>
        {
            for (int t = 0; t < Tokens; t += Part)
                MlpScanModel.MlpMemoryScan.Run<float, V>(
                    Part, t % 16, _in.Key.Pointer + t * Head, Head, _in.Value.Pointer + t * Head, Head, _in.Query.Pointer + t * Head, Head, _in.Rate.Pointer + t, 1,
                    _in.TokenRate.Pointer, _state.Pointer, _in.Scale.Pointer, _in.Shift.Pointer, _in.Output.Pointer + t * Head, Head, _scratch.Pointer);
        }
    }
}

[Dim(32)] internal readonly partial struct ScanVocab : IDim;
[Dim(64)] internal readonly partial struct ScanWidth : IDim;
[Dim(1)] internal readonly partial struct ScanHeads : IDim;
[Dim(64)] internal readonly partial struct ScanHead : IDim;
[Dim(256)] internal readonly partial struct ScanInner : IDim;
[Dim(64)] internal readonly partial struct ScanHidden : IDim;
[Dim(1)] internal readonly partial struct ScanDepth : IDim;
[Dim(16)] internal readonly partial struct ScanMiniBatch : IDim;

/// <summary>A model around one head of TTT-Linear.</summary>
[Model(Trainable = true)]
internal sealed partial record class LinearScanModel(
    [Key("")] CausalLm<ScanVocab, ScanWidth, ScanDepth, TransformerBlock<ScanWidth, ScanHeads, ScanHead, ScanMiniBatch, ScanHidden, LinearMemory<ScanHead>>> Lm);

/// <summary>A model around one head of TTT-MLP.</summary>
[Model(Trainable = true)]
internal sealed partial record class MlpScanModel(
    [Key("")] CausalLm<ScanVocab, ScanWidth, ScanDepth, TransformerBlock<ScanWidth, ScanHeads, ScanHead, ScanMiniBatch, ScanHidden, MlpMemory<ScanHead, ScanInner>>> Lm);
