using System.Numerics;

namespace TttGen.Scans;

/// <summary>
/// The outer gradient of a scan: weights are saved every few mini-batches and recomputed in between, and mini-batches are differentiated from the last to the
/// first. Gradients of tokens are set, those of token rates and slow weights added to, that of the state is replaced.
/// </summary>
public static unsafe class TttScanBackward
{
    /// <summary>In the dual form. The inner gradient that made a mini-batch's successor is kept until that mini-batch is differentiated.</summary>
    /// <param name="kernels">What differentiates a mini-batch.</param>
    /// <param name="call">The scan; its output is not read, its state stays as it is.</param>
    /// <param name="gradients">The gradients.</param>
    public static void Dual<TKernels, T>(TKernels kernels, ScanCall<T> call, ScanGradientCall<T> gradients) where TKernels : struct, IDualScanBackwardKernels<T> where T : unmanaged
    {
        if (call.Tokens == 0) return;
        int miniBatch = TKernels.MiniBatchTokens, size = TKernels.WeightsSize, row = ScanScratch.Row(miniBatch), every = gradients.CheckpointEvery;
        T* rates = call.Scratch, rateGradients = rates + row, lastTokenRates = rateGradients + row, sums = lastTokenRates + row;
        T* dWeights = gradients.State, dSums = gradients.State + size;
        var scratch = call.Scratch + ScanScratch.DualBackward(miniBatch, size);
        new Span<T>(lastTokenRates, miniBatch).Fill(call.TokenRate[miniBatch - 1]);
        var parts = new MiniBatchParts(miniBatch, call.Place, call.Tokens);
        var count = parts.Count;
        var checkpoints = new ScanCheckpoints<T>(call.State, gradients.Checkpoints, count, every, size, TKernels.InnerSize);

        for (var k = 0; k + 1 < count; k++) Advance(k);
        for (var k = count - 1; k >= 0; k--)
        {
            // the weights inside a group are recomputed from its checkpoint on
            if (k % every == every - 1 && k + 1 < count)
                for (var again = k - every + 1; again < k; again++) Advance(again);
            Backward(k);
        }
        if (call.Place == 0) new Span<T>(dSums, size).Clear();

        // the weights after a mini-batch, from those before it
        void Advance(int k)
        {
            var part = Part(k, out _, out _);
            var weights = checkpoints.Start(k + 1);
            Copy(checkpoints.Start(k), weights, size);
            if (part.Count == miniBatch)
            {
                kernels.InnerGradient(part, weights, checkpoints.Inner(k));
                kernels.Advance(part, weights, checkpoints.Inner(k));
            }
            else
            {
                Start(call, k, sums, size);
                kernels.Gather(part, weights, sums);
                kernels.Close(part, weights, sums);
            }
        }

        void Backward(int k)
        {
            var part = Part(k, out var from, out var place);
            var gradient = GradientPart(gradients, from, place, miniBatch);
            gradient.Rate = rateGradients;
            var weights = checkpoints.Start(k);
            if (part.Count == miniBatch)
            {
                // the last of a group made no successor
                if (k % every == every - 1 || k + 1 == count) kernels.InnerGradient(part, weights, checkpoints.Inner(k));
                kernels.MiniBatchBackward(part, gradient, weights, checkpoints.Inner(k), dWeights);
            }
            else
            {
                Start(call, k, sums, size);
                if (place + part.Count == miniBatch)
                {
                    kernels.Gather(part, weights, sums);
                    kernels.CloseBackward(part, gradient, weights, sums, dWeights, dSums);
                    Start(call, k, sums, size);
                }
                kernels.StepBackward(part, gradient, weights, sums, dWeights, dSums);
            }
            for (var i = 0; i < part.Count; i++) *gradients.Rate.From(from + i).Start = rateGradients[i];
        }

        ScanPart<T> Part(int k, out int from, out int place)
        {
            var n = parts.Range(k, out from, out place);
            var part = TttScan.Part(call, from, n, place, miniBatch);
            for (var i = 0; i < n; i++) rates[i] = part.Rate[i * call.Rate.Stride];
            part.Rate = rates;
            part.LastTokenRates = lastTokenRates;
            part.Scratch = scratch;
            return part;
        }
    }

    /// <summary>In the primal form: the gradient sums before each token of a mini-batch are recomputed, then its tokens are differentiated from the last to the first.</summary>
    /// <param name="kernels">What differentiates a token.</param>
    /// <param name="call">The scan; its output is not read, its state stays as it is.</param>
    /// <param name="gradients">The gradients.</param>
    public static void Primal<TKernels, T>(TKernels kernels, ScanCall<T> call, ScanGradientCall<T> gradients) where TKernels : struct, IPrimalScanBackwardKernels<T> where T : unmanaged
    {
        if (call.Tokens == 0) return;
        int miniBatch = TKernels.MiniBatchTokens, size = TKernels.WeightsSize, every = gradients.CheckpointEvery;
        var sums = call.Scratch + 3 * ScanScratch.Row(miniBatch);
        T* dWeights = gradients.State, dSums = gradients.State + size;
        var scratch = call.Scratch + ScanScratch.PrimalBackward(miniBatch, size);
        var parts = new MiniBatchParts(miniBatch, call.Place, call.Tokens);
        var count = parts.Count;
        var checkpoints = new ScanCheckpoints<T>(call.State, gradients.Checkpoints, count, every, size, 0);

        for (var k = 0; k + 1 < count; k++) Advance(k);
        for (var k = count - 1; k >= 0; k--)
        {
            if (k % every == every - 1 && k + 1 < count)
                for (var again = k - every + 1; again < k; again++) Advance(again);
            Backward(k);
        }
        if (call.Place == 0) new Span<T>(dSums, size).Clear();

        void Advance(int k)
        {
            Gather(k);
            var n = parts.Range(k, out var from, out var place);
            Copy(checkpoints.Start(k), checkpoints.Start(k + 1), size);
            kernels.Close(Token(from + n - 1, place + n - 1), checkpoints.Start(k + 1), sums + n * (nint)size);
        }

        // the gradient sums before each token, and after the last
        void Gather(int k)
        {
            var n = parts.Range(k, out var from, out var place);
            Start(call, k, sums, size);
            for (var i = 0; i < n; i++)
            {
                var next = sums + (i + 1) * (nint)size;
                Copy(next - size, next, size);
                kernels.Gather(Token(from + i, place + i), checkpoints.Start(k), next);
            }
        }

        void Backward(int k)
        {
            Gather(k);
            var n = parts.Range(k, out var from, out var place);
            var weights = checkpoints.Start(k);
            for (var i = n - 1; i >= 0; i--)
            {
                var token = Token(from + i, place + i);
                var gradient = GradientPart(gradients, from + i, place + i, miniBatch);
                if (place + i + 1 == miniBatch) kernels.CloseBackward(token, gradient, weights, sums + n * (nint)size, dWeights, dSums);
                kernels.TokenBackward(token, gradient, weights, sums + i * (nint)size, dWeights, dSums);
            }
        }

        ScanPart<T> Token(int from, int place)
        {
            var part = TttScan.Part(call, from, 1, place, miniBatch);
            part.Scratch = scratch;
            return part;
        }
    }

    /// <summary>Under an optimiser: what is kept before each call of a mini-batch is recomputed, then its rows are differentiated from the last to the first.</summary>
    /// <param name="kernels">What differentiates rows.</param>
    /// <param name="call">The scan; its output is not read, its state stays as it is.</param>
    /// <param name="gradients">The gradients. At place 0 the weight and its part are one: the gradient of both comes out as the weight's.</param>
    public static void Optimised<TKernels, T>(TKernels kernels, ScanCall<T> call, ScanGradientCall<T> gradients)
        where TKernels : struct, IOptimisedScanBackwardKernels<T> where T : unmanaged, INumberBase<T>
    {
        if (call.Tokens == 0) return;
        int miniBatch = TKernels.MiniBatchTokens, atOnce = TKernels.RowsAtOnce, size = TKernels.WeightsSize, kept = TKernels.Parts * size, every = gradients.CheckpointEvery;
        var own = ScanScratch.Optimised(TKernels.Inputs, TKernels.Parts, atOnce);
        OptimiserSteps<TKernels, T> steps = new(call.Scratch), dSteps = new(call.Scratch + own);
        T* history = call.Scratch + 2 * own, before = history + ScanScratch.Row((atOnce + 1) * TKernels.Parts);
        T* dWeights = gradients.State, dParts = dWeights + size;
        var scratch = call.Scratch + ScanScratch.OptimisedBackward(TKernels.Inputs, TKernels.Parts, atOnce, miniBatch, size);
        var batches = new MiniBatchParts(miniBatch, call.Place, call.Tokens);
        var count = batches.Count;
        var checkpoints = new ScanCheckpoints<T>(call.State, gradients.Checkpoints, count, every, size + kept, 0);

        for (var k = 0; k + 1 < count; k++) Advance(k);
        for (var k = count - 1; k >= 0; k--)
        {
            if (k % every == every - 1 && k + 1 < count)
                for (var again = k - every + 1; again < k; again++) Advance(again);
            Backward(k);
        }
        if (call.Place > 0) return;
        Add(dParts, dWeights);
        new Span<T>(dParts, size).Clear();

        void Advance(int k)
        {
            var n = batches.Range(k, out var from, out var place);
            T* weights = checkpoints.Start(k + 1), parts = weights + size;
            Copy(checkpoints.Start(k), weights, size + kept);
            for (var i = 0; i < n; i += atOnce) Gather(from + i, Math.Min(atOnce, n - i), place + i, weights, parts);
            Copy(parts, weights, size);
        }

        void Gather(int from, int rows, int place, T* weights, T* parts)
        {
            steps.Fill(kernels, call, from, rows, place + rows == miniBatch, scratch);
            kernels.Gather(TttScan.Rows(call, from, rows, scratch), weights, parts, steps.Table);
        }

        void Backward(int k)
        {
            var n = batches.Range(k, out var from, out var place);
            var weights = checkpoints.Start(k);
            Copy(weights + size, before, kept);
            for (var i = 0; i + atOnce < n; i += atOnce)
            {
                var next = before + (i / atOnce + 1) * (nint)kept;
                Copy(next - kept, next, kept);
                Gather(from + i, atOnce, place + i, weights, next);
            }
            for (var i = (n - 1) / atOnce * atOnce; i >= 0; i -= atOnce)
            {
                var rows = Math.Min(atOnce, n - i);
                var closes = place + i + rows == miniBatch;
                if (closes)
                {
                    Add(dWeights, dParts);
                    new Span<T>(dWeights, size).Clear();
                }
                steps.Fill(kernels, call, from + i, rows, closes, scratch);
                ScanGradientPart<T> gradient = new()
                {
                    Output = gradients.Output.From(from + i),
                    Key = gradients.Key.From(from + i),
                    Value = gradients.Value.From(from + i),
                    Query = gradients.Query.From(from + i),
                };
                dSteps.Clear();
                kernels.StepBackward(TttScan.Rows(call, from + i, rows, scratch), gradient, weights, before + i / atOnce * (nint)kept, steps.Table, dWeights, dParts, dSteps.Table);
                steps.FillBackward(kernels, call, from + i, rows, closes, dSteps, history, gradients.Inputs, scratch);
            }
        }

        void Add(T* from, T* to)
        {
            for (var e = 0; e < size; e++) to[e] += from[e];
        }
    }

    /// <summary>The gradient sums that a part starts from: the state's in the first, where the call began inside a mini-batch.</summary>
    private static void Start<T>(in ScanCall<T> call, int part, T* sums, int size) where T : unmanaged
    {
        if (part == 0 && call.Place > 0) Copy(call.State + size, sums, size);
        else new Span<T>(sums, size).Clear();
    }

    private static void Copy<T>(T* from, T* to, int size) where T : unmanaged => new ReadOnlySpan<T>(from, size).CopyTo(new Span<T>(to, size));

    private static ScanGradientPart<T> GradientPart<T>(in ScanGradientCall<T> gradients, int from, int place, int miniBatch) where T : unmanaged => new()
    {
        Output = gradients.Output.From(from),
        Key = gradients.Key.From(from),
        Value = gradients.Value.From(from),
        Query = gradients.Query.From(from),
        Rate = gradients.Rate.From(from).Start,
        TokenRate = gradients.TokenRate + place,
        LastTokenRate = gradients.TokenRate + miniBatch - 1,
    };
}
