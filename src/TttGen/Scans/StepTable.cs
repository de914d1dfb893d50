using System.Numerics;

namespace TttGen.Scans;

/// <summary>
/// What some rows' steps come to under an optimiser that is linear: p'q = Σr transition(q, r) pr + gain(q) ∇ℓ for each token, so after i of them every part is a
/// sum of the parts before the first and of the gradients since. The table holds its coefficients. All are numbers of the tokens alone, the same for every element
/// of the weights.
/// </summary>
/// <typeparam name="T">The element.</typeparam>
/// <param name="memory">Of <see cref="Size"/> elements.</param>
/// <param name="parts">Parts of the optimiser.</param>
/// <param name="rows">Rows that it has room for.</param>
public readonly unsafe struct StepTable<T>(T* memory, int parts, int rows) where T : unmanaged, INumberBase<T>
{
    /// <summary>Elements. The compiler lays it out by the same rules.</summary>
    public static int Size(int parts, int rows) => 2 * parts * ScanScratch.Row(rows) + ScanScratch.Row(rows * rows) + ScanScratch.Row(parts * parts);

    /// <summary>[rows]: the share of a part before the rows in the weight after each.</summary>
    public T* Keeps(int part) => memory + part * ScanScratch.Row(rows);

    /// <summary>[rows]: the share of each row's gradient in a part after all.</summary>
    public T* EndGains(int part) => memory + (parts + part) * ScanScratch.Row(rows);

    /// <summary>[rows, rows]: the share of a row's gradient in the weight after each; zero before it.</summary>
    public T* Gains => memory + 2 * parts * ScanScratch.Row(rows);

    /// <summary>[parts, parts]: the share of a part before the rows in each after all.</summary>
    public T* Ends => Gains + ScanScratch.Row(rows * rows);

    /// <summary>Fills the table.</summary>
    /// <param name="coefficients">[count, parts, parts + 1]: of each row's step.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="close">[parts, parts]: what comes after the last; empty for nothing.</param>
    public void Fill(T* coefficients, int count, ReadOnlySpan<double> close)
    {
        // a column of the table is what one part, or one row's gradient, has come to so far
        var after = stackalloc T[parts];
        var now = stackalloc T[parts];
        for (var source = 0; source < parts + count; source++)
        {
            var from = source - parts;
            for (var q = 0; q < parts; q++) now[q] = q == source ? T.One : T.Zero;
            for (var i = 0; i < count; i++)
            {
                var step = coefficients + i * parts * (parts + 1);
                for (var q = 0; q < parts; q++) after[q] = i < from ? T.Zero : i == from ? step[q * (parts + 1) + parts] : Row(step + q * (parts + 1), now);
                for (var q = 0; q < parts; q++) now[q] = after[q];
                if (from < 0) Keeps(source)[i] = now[0];
                else Gains[i * rows + from] = now[0];
            }
            for (var q = 0; q < parts; q++)
            {
                var end = close.IsEmpty ? now[q] : T.Zero;
                for (var r = 0; r < parts && !close.IsEmpty; r++) end += T.CreateTruncating(close[q * parts + r]) * now[r];
                if (from < 0) Ends[q * parts + source] = end;
                else EndGains(q)[from] = end;
            }
        }
    }

    /// <summary>The gradient of <see cref="Fill"/>, this table holding that of its result.</summary>
    /// <param name="coefficients">[count, parts, parts + 1]: of each row's step.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="close">[parts, parts]: what comes after the last; empty for nothing.</param>
    /// <param name="dCoefficients">[count, parts, parts + 1]: set.</param>
    /// <param name="history">[count + 1, parts] of working memory.</param>
    public void FillBackward(T* coefficients, int count, ReadOnlySpan<double> close, T* dCoefficients, T* history)
    {
        var size = parts * (parts + 1);
        new Span<T>(dCoefficients, count * size).Clear();
        var before = stackalloc T[parts];
        var d = stackalloc T[parts];
        for (var source = 0; source < parts + count; source++)
        {
            // what the column was after each row
            var from = source - parts;
            for (var q = 0; q < parts; q++) history[q] = q == source ? T.One : T.Zero;
            for (var i = 0; i < count; i++)
                for (var q = 0; q < parts; q++)
                {
                    var step = coefficients + i * size + q * (parts + 1);
                    history[(i + 1) * parts + q] = i < from ? T.Zero : i == from ? step[parts] : Row(step, history + i * parts);
                }

            for (var r = 0; r < parts; r++)
            {
                d[r] = close.IsEmpty ? End(r, source) : T.Zero;
                for (var q = 0; q < parts && !close.IsEmpty; q++) d[r] += T.CreateTruncating(close[q * parts + r]) * End(q, source);
            }
            for (var i = count - 1; i >= Math.Max(0, from); i--)
            {
                d[0] += from < 0 ? Keeps(source)[i] : Gains[i * rows + from];
                T* step = coefficients + i * size, dStep = dCoefficients + i * size;
                for (var r = 0; r < parts; r++) before[r] = T.Zero;
                for (var q = 0; q < parts; q++)
                    if (i == from) dStep[q * (parts + 1) + parts] += d[q];
                    else
                        for (var r = 0; r < parts; r++)
                        {
                            dStep[q * (parts + 1) + r] += d[q] * history[i * parts + r];
                            before[r] += d[q] * step[q * (parts + 1) + r];
                        }
                for (var r = 0; r < parts; r++) d[r] = before[r];
            }
        }
    }

    /// <summary>What a source has come to in a part after all rows.</summary>
    private T End(int part, int source) => source < parts ? Ends[part * parts + source] : EndGains(part)[source - parts];

    private T Row(T* shares, T* values)
    {
        var sum = T.Zero;
        for (var r = 0; r < parts; r++) sum += shares[r] * values[r];
        return sum;
    }
}
