using System.Numerics;

namespace TttGen.Scans;

/// <summary>The table of some rows' steps, from the inputs of their tokens, and its gradient.</summary>
/// <typeparam name="TKernels">What makes a token's coefficients.</typeparam>
/// <typeparam name="T">The element.</typeparam>
/// <param name="memory">Of <see cref="ScanScratch.Optimised"/> elements.</param>
internal readonly unsafe struct OptimiserSteps<TKernels, T>(T* memory) where TKernels : struct, IOptimiserKernels<T> where T : unmanaged, INumberBase<T>
{
    private static int CoefficientsSize => TKernels.Parts * (TKernels.Parts + 1);

    private T* Inputs => memory;

    private T* Coefficients => memory + ScanScratch.Row(TKernels.Inputs);

    private StepTable<T> Steps => new(Table, TKernels.Parts, TKernels.RowsAtOnce);

    /// <summary>The table, as kernels take it.</summary>
    public T* Table => Coefficients + ScanScratch.Row(TKernels.RowsAtOnce * CoefficientsSize);

    /// <summary>Before kernels set the table's gradient: what they do not use, nothing depends on.</summary>
    public void Clear() => new Span<T>(Table, StepTable<T>.Size(TKernels.Parts, TKernels.RowsAtOnce)).Clear();

    /// <summary>The table of rows of a call.</summary>
    /// <param name="kernels">What makes a token's coefficients.</param>
    /// <param name="call">The call.</param>
    /// <param name="from">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="closes">Whether they end a mini-batch.</param>
    /// <param name="scratch">Working memory of the kernels.</param>
    public void Fill(TKernels kernels, in ScanCall<T> call, int from, int count, bool closes, T* scratch)
    {
        for (var i = 0; i < count; i++)
        {
            Read(call, from + i);
            kernels.Coefficients(Inputs, Coefficients + i * CoefficientsSize, scratch);
        }
        Steps.Fill(Coefficients, count, closes ? TKernels.Close : default);
    }

    /// <summary>The gradient of <see cref="Fill"/> by the tokens' inputs.</summary>
    /// <typeparam name="TBackward">What makes it of one token.</typeparam>
    /// <param name="kernels">What makes it of one token.</param>
    /// <param name="call">The call.</param>
    /// <param name="from">The first row.</param>
    /// <param name="count">How many.</param>
    /// <param name="closes">Whether they end a mini-batch.</param>
    /// <param name="gradient">That of the table; its inputs and coefficients are working memory.</param>
    /// <param name="history">[rows + 1, parts] of working memory.</param>
    /// <param name="inputs">The inputs' gradients, of the call's rows: set.</param>
    /// <param name="scratch">Working memory of the kernels.</param>
    public void FillBackward<TBackward>(
        TBackward kernels, in ScanCall<T> call, int from, int count, bool closes, OptimiserSteps<TKernels, T> gradient, T* history, in TokenInputs<T> inputs, T* scratch)
        where TBackward : struct, IOptimisedScanBackwardKernels<T>
    {
        gradient.Steps.FillBackward(Coefficients, count, closes ? TKernels.Close : default, gradient.Coefficients, history);
        for (var i = 0; i < count; i++)
        {
            Read(call, from + i);
            kernels.CoefficientsBackward(Inputs, gradient.Coefficients + i * CoefficientsSize, gradient.Inputs, scratch);
            for (var k = 0; k < TKernels.Inputs; k++) *inputs[k].From(from + i).Start = gradient.Inputs[k];
        }
    }

    private void Read(in ScanCall<T> call, int token)
    {
        for (var k = 0; k < TKernels.Inputs; k++) Inputs[k] = *call.Inputs[k].From(token).Start;
    }
}
