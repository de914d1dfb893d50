using System.Numerics;
using TttGen.Cpu;

namespace TttGen.Numerics.Tests.Compiled;

// The generated scan of each model in MemoryModels.cs behind IScan: a line says which, and how many slow weights it is given.

internal readonly struct LinearBySixScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (LinearBySix.LinearMemoryScan.MiniBatchTokens, LinearBySix.LinearMemoryScan.StateSize, LinearBySix.LinearMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        LinearBySix.LinearMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Slow(1), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct LinearByTenScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (LinearByTen.LinearMemoryScan.MiniBatchTokens, LinearByTen.LinearMemoryScan.StateSize, LinearByTen.LinearMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        LinearByTen.LinearMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Slow(1), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct LinearBySixteenScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (LinearBySixteen.LinearMemoryScan.MiniBatchTokens, LinearBySixteen.LinearMemoryScan.StateSize, LinearBySixteen.LinearMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        LinearBySixteen.LinearMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Slow(1), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct LinearByNinetySixScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (LinearByNinetySix.LinearMemoryScan.MiniBatchTokens, LinearByNinetySix.LinearMemoryScan.StateSize, LinearByNinetySix.LinearMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        LinearByNinetySix.LinearMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Slow(1), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct MlpBySixScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (MlpBySix.MlpMemoryScan.MiniBatchTokens, MlpBySix.MlpMemoryScan.StateSize, MlpBySix.MlpMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        MlpBySix.MlpMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Slow(1), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct MlpByTenScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (MlpByTen.MlpMemoryScan.MiniBatchTokens, MlpByTen.MlpMemoryScan.StateSize, MlpByTen.MlpMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        MlpByTen.MlpMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Slow(1), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct MlpBySixteenScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (MlpBySixteen.MlpMemoryScan.MiniBatchTokens, MlpBySixteen.MlpMemoryScan.StateSize, MlpBySixteen.MlpMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        MlpBySixteen.MlpMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Slow(1), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct MlpByNinetySixScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (MlpByNinetySix.MlpMemoryScan.MiniBatchTokens, MlpByNinetySix.MlpMemoryScan.StateSize, MlpByNinetySix.MlpMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        MlpByNinetySix.MlpMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Slow(1), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct SwiGluBySixScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (SwiGluBySix.SwiGluMemoryScan.MiniBatchTokens, SwiGluBySix.SwiGluMemoryScan.StateSize, SwiGluBySix.SwiGluMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SwiGluBySix.SwiGluMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Slow(1), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct SwiGluByTenScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (SwiGluByTen.SwiGluMemoryScan.MiniBatchTokens, SwiGluByTen.SwiGluMemoryScan.StateSize, SwiGluByTen.SwiGluMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SwiGluByTen.SwiGluMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Slow(1), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct ThreeLayerBySixScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (ThreeLayerBySix.ThreeLayerMemoryScan.MiniBatchTokens, ThreeLayerBySix.ThreeLayerMemoryScan.StateSize, ThreeLayerBySix.ThreeLayerMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        ThreeLayerBySix.ThreeLayerMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct ThreeLayerBySixteenScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (ThreeLayerBySixteen.ThreeLayerMemoryScan.MiniBatchTokens, ThreeLayerBySixteen.ThreeLayerMemoryScan.StateSize, ThreeLayerBySixteen.ThreeLayerMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        ThreeLayerBySixteen.ThreeLayerMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct LowRankBySixteenScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (LowRankBySixteen.LowRankMemoryScan.MiniBatchTokens, LowRankBySixteen.LowRankMemoryScan.StateSize, LowRankBySixteen.LowRankMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        LowRankBySixteen.LowRankMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Slow(1), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct LowRankByNinetySixScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (LowRankByNinetySix.LowRankMemoryScan.MiniBatchTokens, LowRankByNinetySix.LowRankMemoryScan.StateSize, LowRankByNinetySix.LowRankMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        LowRankByNinetySix.LowRankMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Slow(1), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct DeltaByTenScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (DeltaByTen.DeltaMemoryScan.MiniBatchTokens, DeltaByTen.DeltaMemoryScan.StateSize, DeltaByTen.DeltaMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        DeltaByTen.DeltaMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct DeltaByTenOnlineScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (DeltaByTenOnline.DeltaMemoryScan.MiniBatchTokens, DeltaByTenOnline.DeltaMemoryScan.StateSize, DeltaByTenOnline.DeltaMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        DeltaByTenOnline.DeltaMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct ScaledBySixScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (ScaledBySix.ScaledMemoryScan.MiniBatchTokens, ScaledBySix.ScaledMemoryScan.StateSize, ScaledBySix.ScaledMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        ScaledBySix.ScaledMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct ScaledBySixteenScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (ScaledBySixteen.ScaledMemoryScan.MiniBatchTokens, ScaledBySixteen.ScaledMemoryScan.StateSize, ScaledBySixteen.ScaledMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        ScaledBySixteen.ScaledMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct TiedBySixScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (TiedBySix.TiedMemoryScan.MiniBatchTokens, TiedBySix.TiedMemoryScan.StateSize, TiedBySix.TiedMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        TiedBySix.TiedMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct TiedByTenScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (TiedByTen.TiedMemoryScan.MiniBatchTokens, TiedByTen.TiedMemoryScan.StateSize, TiedByTen.TiedMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        TiedByTen.TiedMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Slow(0), call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct GainByTenScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (GainByTen.GainMemoryScan.MiniBatchTokens, GainByTen.GainMemoryScan.StateSize, GainByTen.GainMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        GainByTen.GainMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Output, call.OutputRow, call.Scratch);
}

internal readonly struct SquashedBySixScan : IScan
{
    public static (int MiniBatch, int State, int Scratch) Sizes => (SquashedBySix.SquashedMemoryScan.MiniBatchTokens, SquashedBySix.SquashedMemoryScan.StateSize, SquashedBySix.SquashedMemoryScan.ScratchSize);

    public static unsafe void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
        SquashedBySix.SquashedMemoryScan.Run<T, V>(call.Tokens, call.Place, call.Key, call.KeyRow, call.Value, call.ValueRow, call.Query, call.QueryRow,
            call.Rate, call.RateRow, call.Tok, call.State, call.Output, call.OutputRow, call.Scratch);
}
