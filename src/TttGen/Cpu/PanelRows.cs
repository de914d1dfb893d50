using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>Row-major numbers cut into panels of 32 columns: a row becomes a line of every panel.</summary>
internal static unsafe class PanelRows
{
    private const int Width = PackedMatrix.PanelWidth;

    /// <summary>Writes <paramref name="count"/> lines of every panel; columns beyond the matrix become zero.</summary>
    /// <param name="rows">[count, columns].</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="count">Rows.</param>
    /// <param name="columns">Columns: 1 or more.</param>
    /// <param name="to">The first line to be written, in the first panel.</param>
    /// <param name="panelStride">Elements from one panel to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write<V>(float* rows, nint stride, int count, int columns, float* to, nint panelStride)
        where V : struct, ILanes<V, float>
    {
        for (; columns >= Width; columns -= Width, rows += Width, to += panelStride)
        {
            float* row = rows, line = to;
            for (int i = 0; i < count; i++, row += stride, line += Width)
            {
                for (int column = 0; column < Width; column += V.Count)
                    V.Store(V.Load(row + column), line + column);
            }
        }

        for (int i = 0; columns > 0 && i < count; i++, rows += stride, to += Width)
        {
            for (int column = 0; column < Width; column += V.Count)
                V.Store(V.LoadPartial(rows + column, columns - column), to + column);
        }
    }

    /// <summary>One panel's lines back into rows.</summary>
    /// <param name="panel">[count, 32].</param>
    /// <param name="count">Rows.</param>
    /// <param name="columns">Columns to write: up to 32.</param>
    /// <param name="to">[count, columns].</param>
    /// <param name="stride">Elements from one row of <paramref name="to"/> to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read<V>(float* panel, int count, int columns, float* to, nint stride)
        where V : struct, ILanes<V, float>
    {
        for (; count > 0; count--, panel += Width, to += stride)
        {
            if (columns == Width)
            {
                for (int column = 0; column < Width; column += V.Count)
                    V.Store(V.Load(panel + column), to + column);
            }
            else
            {
                for (int column = 0; column < columns; column += V.Count)
                    V.StorePartial(V.Load(panel + column), to + column, columns - column);
            }
        }
    }
}
