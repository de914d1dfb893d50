using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>
/// Functions of the exact path, in float32, of additions, multiplications and bits alone, so that every device gives the same to rounding.
/// Relative errors are at most 2·10⁻⁷ where nothing else is said; NaN gives NaN. Each is there of one number and of four.
/// </summary>
public static class Fn
{
    /// <summary>e^x; 0 below −104, ∞ above 88.73.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x)
    {
        // Selects, not Min and Max, which would lose a NaN.
        float c = x > 89f ? 89f : x;
        c = c < -104f ? -104f : c;

        // e^x = 2^n e^r, |r| ≤ ln 2 / 2; adding 1.5·2²³ leaves round(x / ln 2) in the low bits; ln 2 in two parts, the first of few bits.
        float shifted = c * 1.44269504f + 12582912f;
        float n = shifted - 12582912f;
        float r = c - n * 0.693359375f;
        r -= n * -2.12194440e-4f;
        float p = 1.9875691500e-4f;
        p = p * r + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        p = p * (r * r) + r + 1f;

        // 2^n in two factors: n reaches from −150 to 128.
        int exponent = (int)Interop.FloatAsInt(shifted) - 0x4B400000;
        int half = exponent >> 1;
        return p * PowerOfTwo(half) * PowerOfTwo(exponent - half);
    }

    /// <summary>e^x of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Exp(Float4 x) => new() { X = Exp(x.X), Y = Exp(x.Y), Z = Exp(x.Z), W = Exp(x.W) };

    /// <summary>ln x; −∞ at 0, NaN below.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Log(float x)
    {
        // Subnormal numbers are first made normal.
        bool small = x < 1.17549435e-38f;
        float scaled = small ? x * 8388608f : x;
        int bits = (int)Interop.FloatAsInt(scaled);

        // x = 2^n m, √½ ≤ m < √2.
        int n = (bits - 0x3F3504F3) >> 23;
        float m = Interop.IntAsFloat((uint)(bits - (n << 23)));
        float exponent = n - (small ? 23 : 0);
        float r = m - 1f, z = r * r;
        float p = 7.0376836292e-2f;
        p = p * r - 1.1514610310e-1f;
        p = p * r + 1.1676998740e-1f;
        p = p * r - 1.2420140846e-1f;
        p = p * r + 1.4249322787e-1f;
        p = p * r - 1.6668057665e-1f;
        p = p * r + 2.0000714765e-1f;
        p = p * r - 2.4999993993e-1f;
        p = p * r + 3.3333331174e-1f;
        p = p * r * z + exponent * -2.12194440e-4f - 0.5f * z;
        float log = r + p + exponent * 0.693359375f;
        log = x < 3.40282347e38f ? log : x;
        log = x == 0f ? -1f / 0f : log;
        return x < 0f ? 0f / 0f : log;
    }

    /// <summary>ln x of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Log(Float4 x) => new() { X = Log(x.X), Y = Log(x.Y), Z = Log(x.Z), W = Log(x.W) };

    /// <summary>tanh x = 1 − 2 / (1 + e^2x); an odd polynomial near 0, where that would cancel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Tanh(float x)
    {
        float a = x < 0f ? -x : x, z = x * x;
        float p = -5.70498872745e-3f;
        p = p * z + 2.06390887954e-2f;
        p = p * z - 5.37397155531e-2f;
        p = p * z + 1.33314422036e-1f;
        p = p * z - 3.33332819422e-1f;
        float near = p * z * x + x;
        float far = 1f - 2f / (1f + Exp(2f * a));
        far = x < 0f ? -far : far;
        return a < 0.625f ? near : far;
    }

    /// <summary>tanh x of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Tanh(Float4 x) => new() { X = Tanh(x.X), Y = Tanh(x.Y), Z = Tanh(x.Z), W = Tanh(x.W) };

    /// <summary>σ(x) = 1 / (1 + e^−x).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sigmoid(float x) => 1f / (1f + Exp(-x));

    /// <summary>1 / (1 + e^−x) of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Sigmoid(Float4 x) => new() { X = Sigmoid(x.X), Y = Sigmoid(x.Y), Z = Sigmoid(x.Z), W = Sigmoid(x.W) };

    /// <summary>ln(1 + e^x) = max(x, 0) + ln(1 + e^−|x|).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Softplus(float x)
    {
        float u = Exp(x < 0f ? x : -x);

        // ln(1 + u), and to first order what 1 + u has lost in rounding.
        float w = 1f + u;
        float log = Log(w) + (u - (w - 1f)) / w;
        return (x < 0f ? 0f : x) + log;
    }

    /// <summary>ln(1 + e^x) of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Softplus(Float4 x) => new() { X = Softplus(x.X), Y = Softplus(x.Y), Z = Softplus(x.Z), W = Softplus(x.W) };

    /// <summary>√x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sqrt(float x) => MathF.Sqrt(x);

    /// <summary>√x of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Sqrt(Float4 x) => new() { X = Sqrt(x.X), Y = Sqrt(x.Y), Z = Sqrt(x.Z), W = Sqrt(x.W) };

    /// <summary>1 / √x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Rsqrt(float x) => 1f / MathF.Sqrt(x);

    /// <summary>1 / √x of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Rsqrt(Float4 x) => new() { X = Rsqrt(x.X), Y = Rsqrt(x.Y), Z = Rsqrt(x.Z), W = Rsqrt(x.W) };

    /// <summary>The greater of the two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Max(float x, float y) => Math.Max(x, y);

    /// <summary>The greater of the two, of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Max(Float4 x, Float4 y) => new() { X = Max(x.X, y.X), Y = Max(x.Y, y.Y), Z = Max(x.Z, y.Z), W = Max(x.W, y.W) };

    /// <summary>The lesser of the two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Min(float x, float y) => Math.Min(x, y);

    /// <summary>The lesser of the two, of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Min(Float4 x, Float4 y) => new() { X = Min(x.X, y.X), Y = Min(x.Y, y.Y), Z = Min(x.Z, y.Z), W = Min(x.W, y.W) };

    /// <summary>|x|.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Abs(float x) => Math.Abs(x);

    /// <summary>|x| of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Abs(Float4 x) => new() { X = Abs(x.X), Y = Abs(x.Y), Z = Abs(x.Z), W = Abs(x.W) };

    /// <summary>1 where x &gt; 0, otherwise 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Step(float x) => x > 0f ? 1f : 0f;

    /// <summary>1 where x &gt; 0, otherwise 0, of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Step(Float4 x) => new() { X = Step(x.X), Y = Step(x.Y), Z = Step(x.Z), W = Step(x.W) };

    /// <summary>a where x &gt; 0, otherwise b.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Select(float x, float a, float b) => x > 0f ? a : b;

    /// <summary>a where x &gt; 0, otherwise b, of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Select(Float4 x, Float4 a, Float4 b) => new() { X = Select(x.X, a.X, b.X), Y = Select(x.Y, a.Y, b.Y), Z = Select(x.Z, a.Z, b.Z), W = Select(x.W, a.W, b.W) };

    /// <summary>sin x for |x| ≤ 8192, to 2·10⁻⁷ absolute.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sin(float x) => Wave(x, 0);

    /// <summary>sin x of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Sin(Float4 x) => new() { X = Sin(x.X), Y = Sin(x.Y), Z = Sin(x.Z), W = Sin(x.W) };

    /// <summary>cos x for |x| ≤ 8192, to 2·10⁻⁷ absolute.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Cos(float x) => Wave(x, 1);

    /// <summary>cos x of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Cos(Float4 x) => new() { X = Cos(x.X), Y = Cos(x.Y), Z = Cos(x.Z), W = Cos(x.W) };

    /// <summary>sin(x + quarters · π/2).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Wave(float x, int quarters)
    {
        // π/2 in three parts, the first two of so few bits that n times them is exact.
        float shifted = x * 0.636619772f + 12582912f;
        float n = shifted - 12582912f;
        int quarter = (int)Interop.FloatAsInt(shifted) + quarters;
        float r = x - n * 1.5703125f;
        r -= n * 4.83751296997e-4f;
        r -= n * 7.54978995489e-8f;
        float z = r * r;
        float sine = ((-1.9515295891e-4f * z + 8.3321608736e-3f) * z - 1.6666654611e-1f) * z * r + r;
        float cosine = ((2.443315711809948e-5f * z - 1.388731625493765e-3f) * z + 4.166664568298827e-2f) * z * z - 0.5f * z + 1f;
        float wave = (quarter & 1) == 0 ? sine : cosine;
        return (quarter & 2) == 0 ? wave : -wave;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float PowerOfTwo(int exponent) => Interop.IntAsFloat((uint)((exponent + 127) << 23));
}
