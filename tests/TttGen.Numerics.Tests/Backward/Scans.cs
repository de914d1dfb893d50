using System.Numerics;
using TttGen.Cpu;

namespace TttGen.Numerics.Tests.Backward;

internal readonly unsafe struct LinearOf6 : IScan
{
    public static int StateSize => SixWide.LinearMemoryScan.StateSize;
    public static int ForwardScratch => SixWide.LinearMemoryScan.ScratchSize;
    public static int BackwardScratch => SixWide.LinearMemoryScanBackward.ScratchSize;
    public static long CheckpointsSize(int tokens, int checkpointEvery) => SixWide.LinearMemoryScanBackward.CheckpointsSize(tokens, checkpointEvery);

    public static void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.LinearMemoryScan.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Slow + 6, c.Output, c.Row, c.Scratch);

    public static void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.LinearMemoryScanBackward.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Slow + 6,
            c.DOutput, c.Row, c.DKey, c.Row, c.DValue, c.Row, c.DQuery, c.Row, c.DRate, 1, c.DTok, c.DState, c.DSlow, c.DSlow + 6, c.CheckpointEvery, c.Kept, c.Scratch);
}

internal readonly unsafe struct MlpOf6 : IScan
{
    public static int StateSize => SixWide.MlpMemoryScan.StateSize;
    public static int ForwardScratch => SixWide.MlpMemoryScan.ScratchSize;
    public static int BackwardScratch => SixWide.MlpMemoryScanBackward.ScratchSize;
    public static long CheckpointsSize(int tokens, int checkpointEvery) => SixWide.MlpMemoryScanBackward.CheckpointsSize(tokens, checkpointEvery);

    public static void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.MlpMemoryScan.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Slow + 6, c.Output, c.Row, c.Scratch);

    public static void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.MlpMemoryScanBackward.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Slow + 6,
            c.DOutput, c.Row, c.DKey, c.Row, c.DValue, c.Row, c.DQuery, c.Row, c.DRate, 1, c.DTok, c.DState, c.DSlow, c.DSlow + 6, c.CheckpointEvery, c.Kept, c.Scratch);
}

internal readonly unsafe struct SwiGluOf6 : IScan
{
    public static int StateSize => SixWide.SwiGluMemoryScan.StateSize;
    public static int ForwardScratch => SixWide.SwiGluMemoryScan.ScratchSize;
    public static int BackwardScratch => SixWide.SwiGluMemoryScanBackward.ScratchSize;
    public static long CheckpointsSize(int tokens, int checkpointEvery) => SixWide.SwiGluMemoryScanBackward.CheckpointsSize(tokens, checkpointEvery);

    public static void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.SwiGluMemoryScan.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Slow + 6, c.Output, c.Row, c.Scratch);

    public static void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.SwiGluMemoryScanBackward.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Slow + 6,
            c.DOutput, c.Row, c.DKey, c.Row, c.DValue, c.Row, c.DQuery, c.Row, c.DRate, 1, c.DTok, c.DState, c.DSlow, c.DSlow + 6, c.CheckpointEvery, c.Kept, c.Scratch);
}

internal readonly unsafe struct ThreeLayerOf6 : IScan
{
    public static int StateSize => SixWide.ThreeLayerMemoryScan.StateSize;
    public static int ForwardScratch => SixWide.ThreeLayerMemoryScan.ScratchSize;
    public static int BackwardScratch => SixWide.ThreeLayerMemoryScanBackward.ScratchSize;
    public static long CheckpointsSize(int tokens, int checkpointEvery) => SixWide.ThreeLayerMemoryScanBackward.CheckpointsSize(tokens, checkpointEvery);

    public static void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.ThreeLayerMemoryScan.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Output, c.Row, c.Scratch);

    public static void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.ThreeLayerMemoryScanBackward.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow,
            c.DOutput, c.Row, c.DKey, c.Row, c.DValue, c.Row, c.DQuery, c.Row, c.DRate, 1, c.DTok, c.DState, c.DSlow, c.CheckpointEvery, c.Kept, c.Scratch);
}

internal readonly unsafe struct LowRankOf6 : IScan
{
    public static int StateSize => SixWide.LowRankMemoryScan.StateSize;
    public static int ForwardScratch => SixWide.LowRankMemoryScan.ScratchSize;
    public static int BackwardScratch => SixWide.LowRankMemoryScanBackward.ScratchSize;
    public static long CheckpointsSize(int tokens, int checkpointEvery) => SixWide.LowRankMemoryScanBackward.CheckpointsSize(tokens, checkpointEvery);

    public static void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.LowRankMemoryScan.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Slow + 6, c.Output, c.Row, c.Scratch);

    public static void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.LowRankMemoryScanBackward.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Slow + 6,
            c.DOutput, c.Row, c.DKey, c.Row, c.DValue, c.Row, c.DQuery, c.Row, c.DRate, 1, c.DTok, c.DState, c.DSlow, c.DSlow + 6, c.CheckpointEvery, c.Kept, c.Scratch);
}

internal readonly unsafe struct DeltaOf6 : IScan
{
    public static int StateSize => SixWide.DeltaMemoryScan.StateSize;
    public static int ForwardScratch => SixWide.DeltaMemoryScan.ScratchSize;
    public static int BackwardScratch => SixWide.DeltaMemoryScanBackward.ScratchSize;
    public static long CheckpointsSize(int tokens, int checkpointEvery) => SixWide.DeltaMemoryScanBackward.CheckpointsSize(tokens, checkpointEvery);

    public static void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.DeltaMemoryScan.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Output, c.Row, c.Scratch);

    public static void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.DeltaMemoryScanBackward.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State,
            c.DOutput, c.Row, c.DKey, c.Row, c.DValue, c.Row, c.DQuery, c.Row, c.DRate, 1, c.DTok, c.DState, c.CheckpointEvery, c.Kept, c.Scratch);
}

internal readonly unsafe struct ScaledOf6 : IScan
{
    public static int StateSize => SixWide.ScaledMemoryScan.StateSize;
    public static int ForwardScratch => SixWide.ScaledMemoryScan.ScratchSize;
    public static int BackwardScratch => SixWide.ScaledMemoryScanBackward.ScratchSize;
    public static long CheckpointsSize(int tokens, int checkpointEvery) => SixWide.ScaledMemoryScanBackward.CheckpointsSize(tokens, checkpointEvery);

    public static void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.ScaledMemoryScan.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Output, c.Row, c.Scratch);

    public static void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.ScaledMemoryScanBackward.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State,
            c.DOutput, c.Row, c.DKey, c.Row, c.DValue, c.Row, c.DQuery, c.Row, c.DRate, 1, c.DTok, c.DState, c.CheckpointEvery, c.Kept, c.Scratch);
}

internal readonly unsafe struct TiedOf6 : IScan
{
    public static int StateSize => SixWide.TiedMemoryScan.StateSize;
    public static int ForwardScratch => SixWide.TiedMemoryScan.ScratchSize;
    public static int BackwardScratch => SixWide.TiedMemoryScanBackward.ScratchSize;
    public static long CheckpointsSize(int tokens, int checkpointEvery) => SixWide.TiedMemoryScanBackward.CheckpointsSize(tokens, checkpointEvery);

    public static void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.TiedMemoryScan.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Output, c.Row, c.Scratch);

    public static void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.TiedMemoryScanBackward.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow,
            c.DOutput, c.Row, c.DKey, c.Row, c.DValue, c.Row, c.DQuery, c.Row, c.DRate, 1, c.DTok, c.DState, c.DSlow, c.CheckpointEvery, c.Kept, c.Scratch);
}

internal readonly unsafe struct GainOf6 : IScan
{
    public static int StateSize => SixWide.GainMemoryScan.StateSize;
    public static int ForwardScratch => SixWide.GainMemoryScan.ScratchSize;
    public static int BackwardScratch => SixWide.GainMemoryScanBackward.ScratchSize;
    public static long CheckpointsSize(int tokens, int checkpointEvery) => SixWide.GainMemoryScanBackward.CheckpointsSize(tokens, checkpointEvery);

    public static void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.GainMemoryScan.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Output, c.Row, c.Scratch);

    public static void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.GainMemoryScanBackward.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State,
            c.DOutput, c.Row, c.DKey, c.Row, c.DValue, c.Row, c.DQuery, c.Row, c.DRate, 1, c.DTok, c.DState, c.CheckpointEvery, c.Kept, c.Scratch);
}

internal readonly unsafe struct SquashedOf6 : IScan
{
    public static int StateSize => SixWide.SquashedMemoryScan.StateSize;
    public static int ForwardScratch => SixWide.SquashedMemoryScan.ScratchSize;
    public static int BackwardScratch => SixWide.SquashedMemoryScanBackward.ScratchSize;
    public static long CheckpointsSize(int tokens, int checkpointEvery) => SixWide.SquashedMemoryScanBackward.CheckpointsSize(tokens, checkpointEvery);

    public static void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.SquashedMemoryScan.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Output, c.Row, c.Scratch);

    public static void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SixWide.SquashedMemoryScanBackward.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State,
            c.DOutput, c.Row, c.DKey, c.Row, c.DValue, c.Row, c.DQuery, c.Row, c.DRate, 1, c.DTok, c.DState, c.CheckpointEvery, c.Kept, c.Scratch);
}

internal readonly unsafe struct LinearOf10 : IScan
{
    public static int StateSize => TenWide.LinearMemoryScan.StateSize;
    public static int ForwardScratch => TenWide.LinearMemoryScan.ScratchSize;
    public static int BackwardScratch => TenWide.LinearMemoryScanBackward.ScratchSize;
    public static long CheckpointsSize(int tokens, int checkpointEvery) => TenWide.LinearMemoryScanBackward.CheckpointsSize(tokens, checkpointEvery);

    public static void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        TenWide.LinearMemoryScan.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Slow + 10, c.Output, c.Row, c.Scratch);

    public static void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        TenWide.LinearMemoryScanBackward.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Slow + 10,
            c.DOutput, c.Row, c.DKey, c.Row, c.DValue, c.Row, c.DQuery, c.Row, c.DRate, 1, c.DTok, c.DState, c.DSlow, c.DSlow + 10, c.CheckpointEvery, c.Kept, c.Scratch);
}

internal readonly unsafe struct MlpOf10 : IScan
{
    public static int StateSize => TenWide.MlpMemoryScan.StateSize;
    public static int ForwardScratch => TenWide.MlpMemoryScan.ScratchSize;
    public static int BackwardScratch => TenWide.MlpMemoryScanBackward.ScratchSize;
    public static long CheckpointsSize(int tokens, int checkpointEvery) => TenWide.MlpMemoryScanBackward.CheckpointsSize(tokens, checkpointEvery);

    public static void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        TenWide.MlpMemoryScan.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Slow + 10, c.Output, c.Row, c.Scratch);

    public static void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        TenWide.MlpMemoryScanBackward.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Slow, c.Slow + 10,
            c.DOutput, c.Row, c.DKey, c.Row, c.DValue, c.Row, c.DQuery, c.Row, c.DRate, 1, c.DTok, c.DState, c.DSlow, c.DSlow + 10, c.CheckpointEvery, c.Kept, c.Scratch);
}

internal readonly unsafe struct SquashedOf10 : IScan
{
    public static int StateSize => TenWide.SquashedMemoryScan.StateSize;
    public static int ForwardScratch => TenWide.SquashedMemoryScan.ScratchSize;
    public static int BackwardScratch => TenWide.SquashedMemoryScanBackward.ScratchSize;
    public static long CheckpointsSize(int tokens, int checkpointEvery) => TenWide.SquashedMemoryScanBackward.CheckpointsSize(tokens, checkpointEvery);

    public static void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        TenWide.SquashedMemoryScan.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State, c.Output, c.Row, c.Scratch);

    public static void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        TenWide.SquashedMemoryScanBackward.Run<T, V>(c.Tokens, c.Place, c.Key, c.Row, c.Value, c.Row, c.Query, c.Row, c.Rate, 1, c.Tok, c.State,
            c.DOutput, c.Row, c.DKey, c.Row, c.DValue, c.Row, c.DQuery, c.Row, c.DRate, 1, c.DTok, c.DState, c.CheckpointEvery, c.Kept, c.Scratch);
}
