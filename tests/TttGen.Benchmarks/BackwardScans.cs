using TttGen.Cpu;

namespace TttGen.Benchmarks;

/// <summary>Outer gradients of the generated scans, one head of 64, mini-batches of 16: recomputed states count as work, too.</summary>
internal static unsafe class BackwardScans
{
    private const int Tokens = 512, Head = 64;

    private static readonly int[] Groups = [1, 4, 8, 32];

    public static IEnumerable<Measurement> All()
    {
        var linear = new Linear();
        var mlp = new Mlp();
        foreach (int every in Groups)
        {
            yield return Of($"scan TTT-Linear, gradient, every {every} kept",
                Work(every, LinearScanModel.LinearMemoryScanBackward.FlopsPerToken, LinearScanModel.LinearMemoryScanBackward.AdvanceFlopsPerToken, LinearScanModel.LinearMemoryScanBackward.InnerFlopsPerToken),
                () => Width.Run(linear with { Every = every }));
            yield return Of($"scan TTT-MLP, gradient, every {every} kept",
                Work(every, MlpScanModel.MlpMemoryScanBackward.FlopsPerToken, MlpScanModel.MlpMemoryScanBackward.AdvanceFlopsPerToken, MlpScanModel.MlpMemoryScanBackward.InnerFlopsPerToken),
                () => Width.Run(mlp with { Every = every }));
        }
    }

    /// <summary>All states are made, those inside a group a second time if there are several, and the inner gradient of a group's last mini-batch in the backward pass.</summary>
    private static double Work(int every, double back, double advance, double inner) =>
        back + advance * (every < Tokens / 16 ? 2 - 1.0 / every : 1) + inner / every;

    private static Measurement Of(string name, double flopsPerToken, Action body) => new(name, Limit.Fma, flopsPerToken * Tokens, 2, body) { Units = Tokens };

    /// <summary>What a scan reads, and room for what its gradient writes.</summary>
    private sealed class Operand(int state, long kept, int scratch)
    {
        public NativeBuffer Query { get; } = Operands.Numbers(Tokens * Head);
        public NativeBuffer Key { get; } = Operands.Numbers(Tokens * Head);
        public NativeBuffer Value { get; } = Operands.Numbers(Tokens * Head);
        public NativeBuffer Rate { get; } = Operands.Numbers(Tokens);
        public NativeBuffer TokenRate { get; } = Operands.Numbers(16);
        public NativeBuffer Scale { get; } = Operands.Numbers(Head);
        public NativeBuffer Shift { get; } = Operands.Numbers(Head);
        public NativeBuffer State { get; } = Operands.Numbers(state);
        public NativeBuffer DOutput { get; } = Operands.Numbers(Tokens * Head);
        public NativeBuffer DQuery { get; } = new(Tokens * Head);
        public NativeBuffer DKey { get; } = new(Tokens * Head);
        public NativeBuffer DValue { get; } = new(Tokens * Head);
        public NativeBuffer DRate { get; } = new(Tokens);
        public NativeBuffer DTokenRate { get; } = new(16);
        public NativeBuffer DScale { get; } = new(Head);
        public NativeBuffer DShift { get; } = new(Head);
        public NativeBuffer DState { get; } = new(state);
        public NativeBuffer Kept { get; } = new(kept);
        public NativeBuffer Scratch { get; } = new(scratch);

        /// <summary>What is added to, or replaced, must not grow from run to run.</summary>
        public void Clear()
        {
            foreach (NativeBuffer sum in new[] { DState, DTokenRate, DScale, DShift })
                new Span<float>(sum.Pointer, (int)sum.Length).Clear();
        }
    }

    private readonly record struct Linear() : IWideWork
    {
        private readonly Operand _of = new(
            LinearScanModel.LinearMemoryScan.StateSize, Groups.Max(every => LinearScanModel.LinearMemoryScanBackward.CheckpointsSize(Tokens, every)), LinearScanModel.LinearMemoryScanBackward.ScratchSize);

        public int Every { get; init; }

        public void Run<V>()
            where V : struct, ILanes<V, float>
        {
            _of.Clear();
            LinearScanModel.LinearMemoryScanBackward.Run<float, V>(
                Tokens, 0, _of.Key.Pointer, Head, _of.Value.Pointer, Head, _of.Query.Pointer, Head, _of.Rate.Pointer, 1, _of.TokenRate.Pointer, _of.State.Pointer,
                _of.Scale.Pointer, _of.Shift.Pointer, _of.DOutput.Pointer, Head, _of.DKey.Pointer, Head, _of.DValue.Pointer, Head, _of.DQuery.Pointer, Head,
                _of.DRate.Pointer, 1, _of.DTokenRate.Pointer, _of.DState.Pointer, _of.DScale.Pointer, _of.DShift.Pointer, Every, _of.Kept.Pointer, _of.Scratch.Pointer);
        }
    }

    private readonly record struct Mlp() : IWideWork
    {
        private readonly Operand _of = new(
            MlpScanModel.MlpMemoryScan.StateSize, Groups.Max(every => MlpScanModel.MlpMemoryScanBackward.CheckpointsSize(Tokens, every)), MlpScanModel.MlpMemoryScanBackward.ScratchSize);

        public int Every { get; init; }

        public void Run<V>()
            where V : struct, ILanes<V, float>
        {
            _of.Clear();
            MlpScanModel.MlpMemoryScanBackward.Run<float, V>(
                Tokens, 0, _of.Key.Pointer, Head, _of.Value.Pointer, Head, _of.Query.Pointer, Head, _of.Rate.Pointer, 1, _of.TokenRate.Pointer, _of.State.Pointer,
                _of.Scale.Pointer, _of.Shift.Pointer, _of.DOutput.Pointer, Head, _of.DKey.Pointer, Head, _of.DValue.Pointer, Head, _of.DQuery.Pointer, Head,
                _of.DRate.Pointer, 1, _of.DTokenRate.Pointer, _of.DState.Pointer, _of.DScale.Pointer, _of.DShift.Pointer, Every, _of.Kept.Pointer, _of.Scratch.Pointer);
        }
    }
}
