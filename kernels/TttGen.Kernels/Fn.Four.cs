using System.Runtime.CompilerServices;

namespace TttGen.Kernels;

/// <content>The same of four numbers.</content>
public static partial class Fn
{
    /// <summary>e^x of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Exp(Float4 x) => new() { X = Exp(x.X), Y = Exp(x.Y), Z = Exp(x.Z), W = Exp(x.W) };

    /// <summary>ln x of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Log(Float4 x) => new() { X = Log(x.X), Y = Log(x.Y), Z = Log(x.Z), W = Log(x.W) };

    /// <summary>tanh x of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Tanh(Float4 x) => new() { X = Tanh(x.X), Y = Tanh(x.Y), Z = Tanh(x.Z), W = Tanh(x.W) };

    /// <summary>1 / (1 + e^−x) of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Sigmoid(Float4 x) => new() { X = Sigmoid(x.X), Y = Sigmoid(x.Y), Z = Sigmoid(x.Z), W = Sigmoid(x.W) };

    /// <summary>ln(1 + e^x) of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Softplus(Float4 x) => new() { X = Softplus(x.X), Y = Softplus(x.Y), Z = Softplus(x.Z), W = Softplus(x.W) };

    /// <summary>√x of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Sqrt(Float4 x) => new() { X = Sqrt(x.X), Y = Sqrt(x.Y), Z = Sqrt(x.Z), W = Sqrt(x.W) };

    /// <summary>1 / √x of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Rsqrt(Float4 x) => new() { X = Rsqrt(x.X), Y = Rsqrt(x.Y), Z = Rsqrt(x.Z), W = Rsqrt(x.W) };

    /// <summary>max(0, x) of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Max0(Float4 x) => new() { X = Math.Max(x.X, 0f), Y = Math.Max(x.Y, 0f), Z = Math.Max(x.Z, 0f), W = Math.Max(x.W, 0f) };

    /// <summary>1 where x &gt; 0, otherwise 0, of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Step(Float4 x) => new() { X = x.X > 0f ? 1f : 0f, Y = x.Y > 0f ? 1f : 0f, Z = x.Z > 0f ? 1f : 0f, W = x.W > 0f ? 1f : 0f };
}
