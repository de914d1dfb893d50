using System.Runtime.CompilerServices;

namespace TttGen.Kernels;

/// <summary>
/// Functions for kernels that compute in bf16: on a GPU by its approximate power and reciprocal, errors of some 10⁻⁶, elsewhere by <see cref="Fn"/>, which the exact path has everywhere.
/// </summary>
public static class FastFn
{
    /// <summary>e^x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x) => Instructions.Here ? Instructions.PowerOfTwo(x * 1.44269504f) : Fn.Exp(x);

    /// <summary>σ(x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sigmoid(float x) => Reciprocal(1f + Exp(-x));

    /// <summary>tanh x, to 10⁻⁶ absolute.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Tanh(float x) => 1f - 2f * Reciprocal(1f + Exp(2f * x));

    /// <summary>1 / x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Reciprocal(float x) => Instructions.Here ? Instructions.Reciprocal(x) : 1f / x;
}
