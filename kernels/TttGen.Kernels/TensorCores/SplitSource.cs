using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>Where an operand of float32 lies that is multiplied in bf16: of a left operand rows, of a right one columns, each over 16 of the inner dimension.</summary>
internal struct SplitSource
{
    public ArrayView<float> View;
    public int Row;
    public int RowStep;
    public int Block;
    public int InnerStep;
    public int IsExact;

    /// <summary>The first of a thread's pairs, of the row <paramref name="below"/> it and <paramref name="after"/> in the inner dimension.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float2 Pair(int below, int after)
    {
        int lane = Group.IdxX & 31, row = Row + (lane >> 2) + below;
        if (InnerStep == 1) return View.Cast<Float2>()[row * (RowStep >> 1) + Block * 8 + (lane & 3) + (after >> 1)];
        int at = (Block * 16 + (lane & 3) * 2 + after) * InnerStep + row * RowStep;
        return new() { X = View[at], Y = View[at + InnerStep] };
    }

    /// <summary>Any element: a row counted from the first, one of the sixteen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float Element(int row, int inner) => View[(Row + row) * RowStep + (Block * 16 + inner) * InnerStep];

    /// <summary>Each in bf16: its first eight bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint High(Float2 pair) => Bf16.Pack(pair.X, pair.Y);

    /// <summary>What <see cref="High"/> leaves of each, without a rounding; after three times nothing is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float2 Rest(Float2 pair, uint high) => new() { X = pair.X - Bf16.Low(high), Y = pair.Y - Bf16.High(high) };
}
