using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <content>Elementwise arithmetic: four columns of a row at once.</content>
public partial struct Float4
{
    /// <summary>The same number four times.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Float4(float x) => new() { X = x, Y = x, Z = x, W = x };

    /// <summary>a + b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 operator +(Float4 a, Float4 b) => new() { X = a.X + b.X, Y = a.Y + b.Y, Z = a.Z + b.Z, W = a.W + b.W };

    /// <summary>a − b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 operator -(Float4 a, Float4 b) => new() { X = a.X - b.X, Y = a.Y - b.Y, Z = a.Z - b.Z, W = a.W - b.W };

    /// <summary>−a.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 operator -(Float4 a) => new() { X = -a.X, Y = -a.Y, Z = -a.Z, W = -a.W };

    /// <summary>a · b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 operator *(Float4 a, Float4 b) => new() { X = a.X * b.X, Y = a.Y * b.Y, Z = a.Z * b.Z, W = a.W * b.W };

    /// <summary>a / b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 operator /(Float4 a, Float4 b) => new() { X = a.X / b.X, Y = a.Y / b.Y, Z = a.Z / b.Z, W = a.W / b.W };

    /// <summary>The sum of the four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float Sum() => X + Y + (Z + W);

    /// <summary>Of four columns from <paramref name="column"/> on those up to <paramref name="last"/>, zero for the others.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 UpTo(Float4 x, int column, int last) => new()
    {
        X = column <= last ? x.X : 0f,
        Y = column + 1 <= last ? x.Y : 0f,
        Z = column + 2 <= last ? x.Z : 0f,
        W = column + 3 <= last ? x.W : 0f
    };

    /// <summary>The n-th four of a view that begins on 16 bytes: unlike <see cref="Load(ArrayView{float}, int)"/>, nothing is divided, and constants become part of the instruction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 At(ArrayView<float> view, int n) => view.Cast<Float4>()[n];

    /// <summary>The same of bf16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 At(ArrayView<ushort> view, long n)
    {
        var pairs = view.Cast<UInt2>()[n];
        return new() { X = Bf16.Low(pairs.X), Y = Bf16.High(pairs.X), Z = Bf16.Low(pairs.Y), W = Bf16.High(pairs.Y) };
    }

    /// <summary>Stores the n-th four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(ArrayView<float> view, int n, Float4 value) => view.Cast<Float4>()[n] = value;

    /// <summary>The same in global memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 At(ArrayView<float> view, long n) => view.Cast<Float4>()[n];

    /// <summary>The same in global memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(ArrayView<float> view, long n, Float4 value) => view.Cast<Float4>()[n] = value;

    /// <summary>The same rounded to bf16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(ArrayView<ushort> view, long n, Float4 value) =>
        view.Cast<UInt2>()[n] = new() { X = Bf16.Pack(value.X, value.Y), Y = Bf16.Pack(value.Z, value.W) };
}
