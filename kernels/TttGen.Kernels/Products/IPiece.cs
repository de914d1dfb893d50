using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>Eight neighbours of a row on their way from global memory to bf16 in shared memory, in two steps: between them they travel, and a thread does something else.</summary>
/// <typeparam name="T">What global memory holds.</typeparam>
internal interface IPiece<T> where T : unmanaged
{
    /// <summary>Begins with elements k to k + 7, zero where there are none; before the next <see cref="AsyncCopy.Commit"/>. What it gives is kept for <see cref="End"/>.</summary>
    /// <param name="shared">Shared memory, on 16 bytes.</param>
    /// <param name="at">Where to, a multiple of 8.</param>
    /// <param name="view">Begins on 16 bytes.</param>
    /// <param name="row">Where the row begins.</param>
    /// <param name="pitch">From one row to the next. A constant, or it is asked again and again whether pieces begin on 16 bytes.</param>
    /// <param name="k">A multiple of 8.</param>
    /// <param name="inner">Elements of a row; a constant for the same reason.</param>
    /// <param name="inside">Whether there is such a row.</param>
    static abstract Sixteen Begin(ArrayView<ushort> shared, int at, ArrayView<T> view, long row, int pitch, int k, int inner, bool inside);

    /// <summary>After it, and when the copies have been waited for, they are there.</summary>
    static abstract void End(ArrayView<ushort> shared, int at, Sixteen kept);
}

/// <summary>Of bf16: copied as they are, past the registers; one by one where rows do not begin on 16 bytes.</summary>
internal readonly struct Bf16Piece : IPiece<ushort>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Begin(ArrayView<ushort> shared, int at, ArrayView<ushort> view, long row, int pitch, int k, int inner, bool inside)
    {
        int count = inside ? Math.Max(0, Math.Min(8, inner - k)) : 0;
        if ((pitch & 7) == 0) AsyncCopy.Eight(shared, at, view, row + k, count);
        else
            for (int i = 0; i < 8; i++) shared[at + i] = i < count ? view[row + k + i] : (ushort)0;
        return default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void End(ArrayView<ushort> shared, int at, Sixteen kept)
    {
    }
}

/// <summary>Of float32: rounded to bf16 in registers.</summary>
internal readonly struct FloatPiece : IPiece<float>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Begin(ArrayView<ushort> shared, int at, ArrayView<float> view, long row, int pitch, int k, int inner, bool inside)
    {
        var kept = default(Sixteen);
        if (Instructions.Here && (pitch & 3) == 0 && inside && k + 7 < inner)
        {
            kept.Low = Instructions.LoadFour(ref view[row + k]);
            kept.High = Instructions.LoadFour(ref view[row + k + 4]);
        }
        else if (!Instructions.Here || ((pitch & 3) | (inner & 7)) != 0)
        {
            kept.Low = Quad.Load<float, Float32>(view, row, pitch, inside, k, inner);
            kept.High = Quad.Load<float, Float32>(view, row, pitch, inside, k + 4, inner);
        }

        return kept;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void End(ArrayView<ushort> shared, int at, Sixteen kept)
    {
        uint first = Bf16.Pack(kept.Low.X, kept.Low.Y), second = Bf16.Pack(kept.Low.Z, kept.Low.W);
        uint third = Bf16.Pack(kept.High.X, kept.High.Y), fourth = Bf16.Pack(kept.High.Z, kept.High.W);
        shared.Cast<UInt4>()[at >> 3] = new() { X = first, Y = second, Z = third, W = fourth };
    }
}
