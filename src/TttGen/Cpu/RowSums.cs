using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>Sums of rows in a fixed order, so that their bits do not depend on who makes them.</summary>
public static unsafe class RowSums
{
    /// <summary>to += from, [columns] each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add<V>(float* from, float* to, int columns)
        where V : struct, ILanes<V, float>
    {
        int j = 0;
        for (; j <= columns - V.Count; j += V.Count)
            V.Store(V.Load(to + j) + V.Load(from + j), to + j);
        if (j < columns)
            V.StorePartial(V.LoadPartial(to + j, columns - j) + V.LoadPartial(from + j, columns - j), to + j, columns - j);
    }

    /// <summary>Adds rows 1 … count − 1 of [count, columns] to row 0, in order; answers it.</summary>
    public static float* Added<V>(float* rows, int columns, int count)
        where V : struct, ILanes<V, float>
    {
        for (int r = 1; r < count; r++)
            Add<V>(rows + (nint)r * columns, rows, columns);
        return rows;
    }

    /// <summary>to[r] = Σ parts[r], each row's parts beside one another.</summary>
    /// <param name="rows">[end, parts, columns].</param>
    /// <param name="parts">Parts of a row.</param>
    /// <param name="columns">Columns of one.</param>
    /// <param name="to">[end, columns].</param>
    /// <param name="stride">Elements from one row of it to the next.</param>
    /// <param name="first">The first row.</param>
    /// <param name="end">The row after the last.</param>
    public static void Fold<V>(float* rows, int parts, int columns, float* to, nint stride, int first, int end)
        where V : struct, ILanes<V, float>
    {
        for (int r = first; r < end; r++)
        {
            float* row = rows + (nint)r * parts * columns, sum = to + r * stride;
            new ReadOnlySpan<float>(row, columns).CopyTo(new Span<float>(sum, columns));
            for (int p = 1; p < parts; p++)
                Add<V>(row + (nint)p * columns, sum, columns);
        }
    }

    /// <summary>table[tokens[r]] += rows[r], in order of the rows; a worker takes some of the columns.</summary>
    /// <param name="tokens">[count].</param>
    /// <param name="count">Rows.</param>
    /// <param name="rows">[count, columns].</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="columns">Columns of both.</param>
    /// <param name="table">[vocabulary, columns].</param>
    /// <param name="worker">Which worker this is.</param>
    /// <param name="workers">How many there are.</param>
    public static void Scatter<V>(int* tokens, int count, float* rows, nint stride, int columns, float* table, int worker, int workers)
        where V : struct, ILanes<V, float>
    {
        const int Line = 16;
        int lines = (columns + Line - 1) / Line;
        int first = (int)((long)lines * worker / workers) * Line, end = Math.Min(columns, (int)((long)lines * (worker + 1) / workers) * Line);
        if (first >= end)
            return;
        for (int r = 0; r < count; r++)
            Add<V>(rows + r * stride + first, table + (nint)tokens[r] * columns + first, end - first);
    }
}
