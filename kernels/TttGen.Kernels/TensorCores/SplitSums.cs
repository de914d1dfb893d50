using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>
/// A warp's sums of 16 rows and 8 columns, four in each thread, of products of float32 on tensor cores: each factor is the sum of three bf16, of their nine products the
/// three least are left out, which are less than 2⁻²⁵ of the whole. All 32 threads call together. Where no GPU runs it, each thread computes its own four, of the same parts.
/// </summary>
public struct SplitSums
{
    private Float4 _sums;

    /// <summary>this + left · right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly SplitSums Add(SplitLeft left, SplitRight right)
    {
        var sums = _sums;
        if (Instructions.Here)
        {
            // the least first
            if (right.Source.IsExact == 0) sums = Instructions.Multiply(sums, left.High, right.Low.X, right.Low.Y);
            if (left.Source.IsExact == 0) sums = Instructions.Multiply(sums, left.Low, right.High.X, right.High.Y);
            if (left.Source.IsExact == 0 && right.Source.IsExact == 0) sums = Instructions.Multiply(sums, left.Middle, right.Middle.X, right.Middle.Y);
            if (right.Source.IsExact == 0) sums = Instructions.Multiply(sums, left.High, right.Middle.X, right.Middle.Y);
            if (left.Source.IsExact == 0) sums = Instructions.Multiply(sums, left.Middle, right.High.X, right.High.Y);
            return new() { _sums = Instructions.Multiply(sums, left.High, right.High.X, right.High.Y) };
        }

        int lane = Group.IdxX & 31, row = lane >> 2, column = (lane & 3) * 2;
        for (int k = 0; k < 16; k++)
        {
            float top = left.Source.Element(row, k), bottom = left.Source.Element(row + 8, k);
            float first = right.Source.Element(column, k), second = right.Source.Element(column + 1, k);
            sums.X += Product(top, first);
            sums.Y += Product(top, second);
            sums.Z += Product(bottom, first);
            sums.W += Product(bottom, second);
        }

        return new() { _sums = sums };
    }

    /// <summary>Stores factor times them.</summary>
    /// <param name="view">On 8 bytes.</param>
    /// <param name="row">First row.</param>
    /// <param name="rowStep">From row to row, even.</param>
    /// <param name="eight">Which eight columns.</param>
    /// <param name="factor">What they are multiplied by.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Put(ArrayView<float> view, int row, int rowStep, int eight, float factor)
    {
        int at = At(row, rowStep, eight);
        var pairs = view.Cast<Float2>();
        pairs[at] = new() { X = factor * _sums.X, Y = factor * _sums.Y };
        pairs[at + 4 * rowStep] = new() { X = factor * _sums.Z, Y = factor * _sums.W };
    }

    /// <summary>Adds factor times them to what is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void AddTo(ArrayView<float> view, int row, int rowStep, int eight, float factor)
    {
        int at = At(row, rowStep, eight);
        var pairs = view.Cast<Float2>();
        Float2 top = pairs[at], bottom = pairs[at + 4 * rowStep];
        pairs[at] = new() { X = top.X + factor * _sums.X, Y = top.Y + factor * _sums.Y };
        pairs[at + 4 * rowStep] = new() { X = bottom.X + factor * _sums.Z, Y = bottom.Y + factor * _sums.W };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int At(int row, int rowStep, int eight) => (row + ((Group.IdxX & 31) >> 2)) * (rowStep >> 1) + eight * 4 + (Group.IdxX & 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Product(float a, float b)
    {
        float highA = Bf16.ToFloat(Bf16.Round(a)), highB = Bf16.ToFloat(Bf16.Round(b));
        float middleA = Bf16.ToFloat(Bf16.Round(a - highA)), middleB = Bf16.ToFloat(Bf16.Round(b - highB));
        float lowA = a - highA - middleA, lowB = b - highB - middleB;
        return highA * highB + (highA * middleB + middleA * highB + (highA * lowB + lowA * highB + middleA * middleB));
    }
}
