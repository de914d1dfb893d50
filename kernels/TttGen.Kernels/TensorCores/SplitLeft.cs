using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>16 rows of a left operand over 16 of the inner dimension, each element the sum of three bf16; spread over a warp.</summary>
public struct SplitLeft
{
    internal UInt4 High;
    internal UInt4 Middle;
    internal UInt4 Low;
    internal SplitSource Source;

    /// <summary>Reads them, every thread its eight.</summary>
    /// <param name="view">The operand, on 8 bytes; element (row, inner) at row · rowStep + inner · innerStep.</param>
    /// <param name="row">First row.</param>
    /// <param name="rowStep">From row to row: 1, or even.</param>
    /// <param name="block">Which sixteen of the inner dimension.</param>
    /// <param name="innerStep">1 where the rows lie in one piece; else rowStep is 1.</param>
    /// <param name="exact">1 where the elements are bf16 already: a constant.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SplitLeft Load(ArrayView<float> view, int row, int rowStep, int block, int innerStep, int exact)
    {
        var left = new SplitLeft { Source = new() { View = view, Row = row, RowStep = rowStep, Block = block, InnerStep = innerStep, IsExact = exact } };
        if (Instructions.Here)
        {
            Float2 x = left.Source.Pair(0, 0), y = left.Source.Pair(8, 0), z = left.Source.Pair(0, 8), w = left.Source.Pair(8, 8);
            left.High = new() { X = SplitSource.High(x), Y = SplitSource.High(y), Z = SplitSource.High(z), W = SplitSource.High(w) };
            if (exact == 0)
            {
                (x, y, z, w) = (SplitSource.Rest(x, left.High.X), SplitSource.Rest(y, left.High.Y), SplitSource.Rest(z, left.High.Z), SplitSource.Rest(w, left.High.W));
                left.Middle = new() { X = SplitSource.High(x), Y = SplitSource.High(y), Z = SplitSource.High(z), W = SplitSource.High(w) };
                (x, y, z, w) = (SplitSource.Rest(x, left.Middle.X), SplitSource.Rest(y, left.Middle.Y), SplitSource.Rest(z, left.Middle.Z), SplitSource.Rest(w, left.Middle.W));
                left.Low = new() { X = SplitSource.High(x), Y = SplitSource.High(y), Z = SplitSource.High(z), W = SplitSource.High(w) };
            }
        }

        return left;
    }
}
