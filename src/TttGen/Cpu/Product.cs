using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>Products with packed weights: the hot primitive of prefill and of decoding.</summary>
public static unsafe class Product
{
    /// <summary>tile = a · panel.</summary>
    /// <param name="w">The weights.</param>
    /// <param name="panel">Which 32 columns of them.</param>
    /// <param name="a">[rows, inner], row-major.</param>
    /// <param name="aStride">Elements from one row of a to the next.</param>
    /// <param name="rows">0 or more. Up to 8 the weights are streamed once; from 9 on the work is blocked for the caches.</param>
    /// <param name="tile">[rows, 32], dense; columns beyond the matrix become zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">The matrix has no such panel, or there are less than no rows.</exception>
    /// <exception cref="ArgumentNullException">There is no matrix, or nothing to read or to write.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Panel<V>(PackedMatrix w, int panel, float* a, nint aStride, int rows, float* tile)
        where V : struct, ILanes<V, float>
    {
        if (w is null || (uint)panel >= (uint)w.Panels || rows < 0 || a is null || tile is null) Refuse(w, panel, a, rows, tile);

        // The registers have more in them than ILanes says; generic code has no other way to ask for it.
        if (typeof(V) == typeof(Lanes512))
            PanelProduct<Lanes512>.Multiply(w, panel, a, aStride, rows, tile);
        else if (typeof(V) == typeof(Lanes256))
            PanelProduct<Lanes256>.Multiply(w, panel, a, aStride, rows, tile);
        else
            PanelProduct<Lanes128>.Multiply(w, panel, a, aStride, rows, tile);

        // The kernels hold a bare pointer: without this the weights could be freed under the last product that uses them.
        GC.KeepAlive(w);
    }

    /// <summary>
    /// tile (+)= a · some rows of the panel: for a left operand so long that a part of it should pass over several panels before the next part. f32 only.
    /// </summary>
    /// <param name="w">The weights.</param>
    /// <param name="panel">Which 32 columns of them.</param>
    /// <param name="first">First row of the panel.</param>
    /// <param name="count">Rows of it: 1 or more; 256 are 32 KiB.</param>
    /// <param name="a">[rows, count], row-major.</param>
    /// <param name="aStride">Elements from one row of a to the next.</param>
    /// <param name="rows">1 or more.</param>
    /// <param name="tile">[rows, 32], dense; columns beyond the matrix become zero.</param>
    /// <param name="add">Whether the tile already holds a part of the sum.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void PanelPart<V>(PackedMatrix w, int panel, int first, int count, float* a, nint aStride, int rows, float* tile, bool add)
        where V : struct, ILanes<V, float>
    {
        if (typeof(V) == typeof(Lanes512))
            PanelProduct<Lanes512>.MultiplyPart(w, panel, first, count, a, aStride, rows, tile, add);
        else if (typeof(V) == typeof(Lanes256))
            PanelProduct<Lanes256>.MultiplyPart(w, panel, first, count, a, aStride, rows, tile, add);
        else
            PanelProduct<Lanes128>.MultiplyPart(w, panel, first, count, a, aStride, rows, tile, add);
        GC.KeepAlive(w);
    }

    private static void Refuse([NotNull] PackedMatrix? w, int panel, float* a, int rows, float* tile)
    {
        ArgumentNullException.ThrowIfNull(w);
        if ((uint)panel >= (uint)w.Panels)
            throw new ArgumentOutOfRangeException(nameof(panel), $"Product.Panel: expected a panel in 0 … {w.Panels - 1}, found {panel}.");
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        if (rows == 0)
            return;
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(tile);
    }
}
