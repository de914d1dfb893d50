using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>8 columns of a right operand over 16 of the inner dimension, each element the sum of three bf16; spread over a warp.</summary>
public struct SplitRight
{
    internal UInt2 High;
    internal UInt2 Middle;
    internal UInt2 Low;
    internal SplitSource Source;

    /// <summary>Reads them, every thread its four.</summary>
    /// <param name="view">The operand, on 8 bytes; element (inner, column) at column · columnStep + inner · innerStep.</param>
    /// <param name="column">First column.</param>
    /// <param name="columnStep">From column to column: 1, or even.</param>
    /// <param name="block">Which sixteen of the inner dimension.</param>
    /// <param name="innerStep">1 where the columns lie in one piece; else columnStep is 1.</param>
    /// <param name="exact">1 where the elements are bf16 already: a constant.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SplitRight Load(ArrayView<float> view, int column, int columnStep, int block, int innerStep, int exact)
    {
        var right = new SplitRight { Source = new() { View = view, Row = column, RowStep = columnStep, Block = block, InnerStep = innerStep, IsExact = exact } };
        if (Instructions.Here)
        {
            Float2 x = right.Source.Pair(0, 0), y = right.Source.Pair(0, 8);
            right.High = new() { X = SplitSource.High(x), Y = SplitSource.High(y) };
            if (exact == 0)
            {
                (x, y) = (SplitSource.Rest(x, right.High.X), SplitSource.Rest(y, right.High.Y));
                right.Middle = new() { X = SplitSource.High(x), Y = SplitSource.High(y) };
                (x, y) = (SplitSource.Rest(x, right.Middle.X), SplitSource.Rest(y, right.Middle.Y));
                right.Low = new() { X = SplitSource.High(x), Y = SplitSource.High(y) };
            }
        }

        return right;
    }
}
