using System.Numerics;

namespace TttGen.Scans;

/// <summary>The loop over the mini-batches of one head: whole ones at once, the rest from any place in them, or token by token.</summary>
public static unsafe class TttScan
{
    /// <summary>Reads tokens by the dual form.</summary>
    /// <param name="kernels">What reads a mini-batch.</param>
    /// <param name="call">The tokens; the state moves on.</param>
    public static void Dual<TKernels, T>(TKernels kernels, in ScanCall<T> call) where TKernels : struct, IDualScanKernels<T> where T : unmanaged
    {
        var miniBatch = TKernels.MiniBatchTokens;
        var place = call.Place;
        T* weights = call.State, sums = weights + TKernels.WeightsSize;
        var rates = call.Scratch;
        for (int t = 0, n; t < call.Tokens; t += n)
        {
            n = Math.Min(miniBatch - place, call.Tokens - t);
            var part = Part(call, t, n, place, miniBatch);
            for (var i = 0; i < n; i++) rates[i] = part.Rate[i * call.Rate.Stride];
            part.Rate = rates;
            if (n == miniBatch)
            {
                kernels.MiniBatch(part, weights);
            }
            else
            {
                kernels.Step(part, weights, sums);
                if (place + n == miniBatch) kernels.Close(part, weights, sums);
            }
            place = (place + n) % miniBatch;
        }
    }

    /// <summary>Reads tokens by the primal form, one after another.</summary>
    /// <param name="kernels">What reads a token.</param>
    /// <param name="call">The tokens; the state moves on.</param>
    public static void Primal<TKernels, T>(TKernels kernels, in ScanCall<T> call) where TKernels : struct, IPrimalScanKernels<T> where T : unmanaged
    {
        var miniBatch = TKernels.MiniBatchTokens;
        var place = call.Place;
        T* weights = call.State, sums = weights + TKernels.WeightsSize;
        for (var t = 0; t < call.Tokens; t++)
        {
            var part = Part(call, t, 1, place, miniBatch);
            kernels.Token(part, weights, sums);
            if (++place < miniBatch) continue;
            kernels.Close(part, weights, sums);
            place = 0;
        }
    }

    /// <summary>Reads tokens under an optimiser, as many at once as the kernels take.</summary>
    /// <param name="kernels">What reads rows.</param>
    /// <param name="call">The tokens; the state moves on.</param>
    public static void Optimised<TKernels, T>(TKernels kernels, in ScanCall<T> call) where TKernels : struct, IOptimisedScanKernels<T> where T : unmanaged, INumberBase<T>
    {
        var steps = new OptimiserSteps<TKernels, T>(call.Scratch);
        var scratch = call.Scratch + ScanScratch.Optimised(TKernels.Inputs, TKernels.Parts, TKernels.RowsAtOnce);
        var place = call.Place;
        T* weights = call.State, parts = weights + TKernels.WeightsSize;
        for (int t = 0, n; t < call.Tokens; t += n)
        {
            n = Math.Min(TKernels.RowsAtOnce, Math.Min(TKernels.MiniBatchTokens - place, call.Tokens - t));
            var closes = place + n == TKernels.MiniBatchTokens;
            steps.Fill(kernels, call, t, n, closes, scratch);
            kernels.Step(Rows(call, t, n, scratch), weights, parts, steps.Table);
            // the next mini-batch's gradients are taken at the weights that this one ends with
            if (closes) new ReadOnlySpan<T>(parts, TKernels.WeightsSize).CopyTo(new Span<T>(weights, TKernels.WeightsSize));
            place = (place + n) % TKernels.MiniBatchTokens;
        }
    }

    /// <summary>Some tokens of a call without rates.</summary>
    internal static ScanPart<T> Rows<T>(in ScanCall<T> call, int from, int count, T* scratch) where T : unmanaged => new()
    {
        Count = count,
        Key = call.Key.From(from),
        Value = call.Value.From(from),
        Query = call.Query.From(from),
        Output = call.Output.From(from),
        Scratch = scratch,
    };

    /// <summary>Some tokens of a call. Their rates lie as far apart as the call's.</summary>
    internal static ScanPart<T> Part<T>(in ScanCall<T> call, int from, int count, int place, int miniBatch) where T : unmanaged => new()
    {
        Count = count,
        Key = call.Key.From(from),
        Value = call.Value.From(from),
        Query = call.Query.From(from),
        Output = call.Output.From(from),
        Rate = call.Rate.From(from).Start,
        TokenRate = call.TokenRate + place,
        LastTokenRate = call.TokenRate[miniBatch - 1],
        Scratch = call.Scratch + ScanScratch.Forward(miniBatch),
    };
}
