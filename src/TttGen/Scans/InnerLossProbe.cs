using System.Numerics;

namespace TttGen.Scans;

/// <summary>What the probe of inner losses is driven by.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe interface IInnerLossKernels<T> where T : unmanaged
{
    /// <summary>Tokens of a mini-batch.</summary>
    static abstract int MiniBatchTokens { get; }

    /// <summary>Elements of one head's fast weights.</summary>
    static abstract int WeightsSize { get; }

    /// <summary>Columns of a key.</summary>
    static abstract int Width { get; }

    /// <summary>Whether a state keeps the last token's weights behind those that the mini-batch started from, and not a gradient sum.</summary>
    static virtual bool KeepsWeights => false;

    /// <summary>[count]: the inner loss of each row, at the same weights for all.</summary>
    void Losses(in ScanPart<T> part, T* weights, T* losses);

    /// <summary>The scan itself.</summary>
    void Scan(in ScanCall<T> call);
}

/// <summary>Looks at the inner loop: Σ ℓ at θ₀, at the weights that each mini-batch starts from, and at those it ends with.</summary>
public static unsafe class InnerLossProbe
{
    /// <summary>Reads tokens, from any place in a mini-batch.</summary>
    /// <param name="kernels">What computes losses and reads tokens.</param>
    /// <param name="call">The tokens; query and output are not used, the state moves on.</param>
    /// <param name="initial">θ₀.</param>
    /// <param name="sums">[3], added to.</param>
    public static void Run<TKernels, T>(TKernels kernels, in ScanCall<T> call, T* initial, double* sums) where TKernels : struct, IInnerLossKernels<T> where T : unmanaged, INumberBase<T>
    {
        int miniBatch = TKernels.MiniBatchTokens, size = TKernels.WeightsSize;
        T* losses = call.Scratch, after = losses + ScanScratch.Row(miniBatch), answers = after + size;
        var scratch = call.Scratch + ScanScratch.Losses(miniBatch, size, TKernels.Width);
        var place = call.Place;
        for (int t = 0, n; t < call.Tokens; t += n)
        {
            n = Math.Min(miniBatch - place, call.Tokens - t);
            var part = TttScan.Rows(call, t, n, scratch);
            sums[0] += Sum(kernels, part, initial, losses);
            sums[1] += Sum(kernels, part, call.State, losses);
            kernels.Scan(new()
            {
                Tokens = n,
                Place = place,
                Key = part.Key,
                Value = part.Value,
                Query = part.Key,
                Output = new(answers, TKernels.Width),
                Rate = call.Rate.From(t),
                Inputs = call.Inputs.From(t),
                TokenRate = call.TokenRate,
                State = call.State,
                Scratch = scratch,
            });
            place = (place + n) % miniBatch;
            if (TKernels.KeepsWeights)
            {
                sums[2] += Sum(kernels, part, call.State + size, losses);
                continue;
            }
            // inside a mini-batch the gradient sum is not in the weights yet
            var taken = place == 0 ? T.Zero : call.TokenRate[place - 1];
            for (var e = 0; e < size; e++) after[e] = call.State[e] - taken * call.State[size + e];
            sums[2] += Sum(kernels, part, after, losses);
        }
    }

    private static double Sum<TKernels, T>(TKernels kernels, in ScanPart<T> part, T* weights, T* losses) where TKernels : struct, IInnerLossKernels<T> where T : unmanaged, INumberBase<T>
    {
        kernels.Losses(part, weights, losses);
        var sum = 0.0;
        for (var i = 0; i < part.Count; i++) sum += double.CreateChecked(losses[i]);
        return sum;
    }
}
