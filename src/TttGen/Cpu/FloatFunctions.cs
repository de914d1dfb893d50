using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>A float register: its elementary functions are those of <see cref="FloatFunctions{V}"/>.</summary>
internal interface IFloatFunctions<TSelf> : IFloatBits<TSelf>
    where TSelf : struct, IFloatFunctions<TSelf>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, float>.Abs(TSelf x) => FloatFunctions<TSelf>.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, float>.Select(TSelf x, TSelf a, TSelf b) => TSelf.Blend(TSelf.LessThan(TSelf.Zero, x), a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, float>.Exp(TSelf x) => FloatFunctions<TSelf>.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, float>.Log(TSelf x) => FloatFunctions<TSelf>.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, float>.Tanh(TSelf x) => FloatFunctions<TSelf>.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, float>.Sigmoid(TSelf x) => FloatFunctions<TSelf>.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, float>.Softplus(TSelf x) => FloatFunctions<TSelf>.Softplus(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, float>.Sin(TSelf x) => FloatFunctions<TSelf>.Sin(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, float>.Cos(TSelf x) => FloatFunctions<TSelf>.Cos(x);
}

/// <summary>
/// The elementary functions of the float registers, written once for every width. All are within 2 ulp of the exact value over the
/// whole range of float (sine and cosine: of |x| ≤ 1e4), NaN gives NaN, and there are no branches.
/// </summary>
internal static class FloatFunctions<V>
    where V : struct, IFloatBits<V>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private const int SignBit = int.MinValue;

    private static V Constant(float x) => V.Broadcast(x);

    /// <summary>x without its sign.</summary>
    [MethodImpl(Inline)]
    public static V Abs(V x) => V.And(x, V.Bits(~SignBit));

    [MethodImpl(Inline)]
    private static V WithSignOf(V x, V sign) => V.Xor(x, V.And(sign, V.Bits(SignBit)));

    /// <summary>
    /// e^x = 2^n · e^r, n = round(x / ln 2), |r| ≤ ln 2 / 2; ln 2 in two parts, so that r is right to the last bit.
    /// </summary>
    [MethodImpl(Inline)]
    public static V Exp(V x)
    {
        // Choices, not a minimum and maximum: a NaN compares false and stays.
        x = V.Blend(V.LessThan(x, Constant(-105f)), Constant(-105f), x);
        x = V.Blend(V.LessThan(Constant(90f), x), Constant(90f), x);
        V n = V.Round(x * Constant(1.44269504f));
        V r = V.MultiplyAdd(n, Constant(-0.693145752f), x);
        r = V.MultiplyAdd(n, Constant(-1.42860677e-6f), r);
        V p = Constant(1.37805939e-3f);
        p = V.MultiplyAdd(p, r, Constant(8.37312452e-3f));
        p = V.MultiplyAdd(p, r, Constant(4.16695364e-2f));
        p = V.MultiplyAdd(p, r, Constant(1.66664720e-1f));
        p = V.MultiplyAdd(p, r, Constant(4.99999851e-1f));
        p = V.MultiplyAdd(p, r, Constant(1f));
        p = V.MultiplyAdd(p, r, Constant(1f));
        return V.TimesPowerOfTwo(p, n);
    }

    /// <summary>
    /// log x = e · ln 2 + log m, x = m · 2^e, m in [√½, √2). Subnormals are scaled up first; log 0 = −∞, log of a negative is NaN.
    /// </summary>
    [MethodImpl(Inline)]
    public static V Log(V x)
    {
        V subnormal = V.LessThan(x, Constant(1.17549435e-38f));
        V scaled = V.Blend(subnormal, x * Constant(8388608f), x);

        // The bits above those of √½ count whole powers of two.
        V steps = V.AddBits(scaled, V.Bits(-0x3F3504F3));
        V e = V.FromInteger(V.ShiftRightBits(steps, 23));
        V mantissa = V.AddBits(V.And(steps, V.Bits(0x007FFFFF)), V.Bits(0x3F3504F3));
        e = e - V.And(subnormal, Constant(23f));

        V f = mantissa - Constant(1f);
        V z = f * f;
        V p = Constant(7.0376836292e-2f);
        p = V.MultiplyAdd(p, f, Constant(-1.1514610310e-1f));
        p = V.MultiplyAdd(p, f, Constant(1.1676998740e-1f));
        p = V.MultiplyAdd(p, f, Constant(-1.2420140846e-1f));
        p = V.MultiplyAdd(p, f, Constant(1.4249322787e-1f));
        p = V.MultiplyAdd(p, f, Constant(-1.6668057665e-1f));
        p = V.MultiplyAdd(p, f, Constant(2.0000714765e-1f));
        p = V.MultiplyAdd(p, f, Constant(-2.4999993993e-1f));
        p = V.MultiplyAdd(p, f, Constant(3.3333331174e-1f));
        V tail = V.MultiplyAdd(p * f, z, e * Constant(-2.12194440e-4f));
        tail = V.MultiplyAdd(Constant(-0.5f), z, tail);
        V result = V.MultiplyAdd(e, Constant(0.693359375f), f + tail);

        // 0, negatives, ∞ and NaN, in this order.
        result = V.Blend(V.LessThan(x, Constant(float.Epsilon)), Constant(float.NegativeInfinity), result);
        result = V.Blend(V.LessThan(x, V.Zero), Constant(float.NaN), result);
        return V.Blend(V.LessThan(x, Constant(float.PositiveInfinity)), result, x);
    }

    /// <summary>An odd polynomial below 0.625, 1 − 2 / (e^2|x| + 1) above.</summary>
    [MethodImpl(Inline)]
    public static V Tanh(V x)
    {
        V magnitude = Abs(x);
        V z = x * x;
        V p = Constant(-5.70498872745e-3f);
        p = V.MultiplyAdd(p, z, Constant(2.06390887954e-2f));
        p = V.MultiplyAdd(p, z, Constant(-5.37397155531e-2f));
        p = V.MultiplyAdd(p, z, Constant(1.33314422036e-1f));
        p = V.MultiplyAdd(p, z, Constant(-3.33332819422e-1f));
        V near = V.MultiplyAdd(p * z, x, x);
        V far = Constant(1f) - Constant(2f) / (Exp(magnitude + magnitude) + Constant(1f));
        return V.Blend(V.LessThan(magnitude, Constant(0.625f)), near, WithSignOf(far, x));
    }

    /// <summary>With e = e^−|x|, which can't overflow: 1 / (1 + e) for x ≥ 0, e / (1 + e) below, exact down to the subnormals.</summary>
    [MethodImpl(Inline)]
    public static V Sigmoid(V x)
    {
        V e = Exp(V.Xor(Abs(x), V.Bits(SignBit)));
        return V.Blend(V.LessThan(x, V.Zero), e, Constant(1f)) / (Constant(1f) + e);
    }

    /// <summary>max(x, 0) + log1p(e^−|x|); log1p corrects the logarithm by what 1 + e has rounded away.</summary>
    [MethodImpl(Inline)]
    public static V Softplus(V x)
    {
        V e = Exp(V.Xor(Abs(x), V.Bits(SignBit)));
        V u = Constant(1f) + e;
        V log1p = Log(u) + (e - (u - Constant(1f))) / u;
        return V.Blend(V.LessThan(V.Zero, x), x, V.Zero) + log1p;
    }

    /// <summary>sin x by quadrants.</summary>
    [MethodImpl(Inline)]
    public static V Sin(V x) => Quadrant(x, 0);

    /// <summary>cos x = sin(x + π/2): one quadrant on.</summary>
    [MethodImpl(Inline)]
    public static V Cos(V x) => Quadrant(x, 1);

    /// <summary>
    /// x = n · π/2 + r with π/2 in four parts, so short that n times each is exact without a fused product too; odd quadrants take the cosine's
    /// polynomial, quadrants 2 and 3 the other sign.
    /// </summary>
    [MethodImpl(Inline)]
    private static V Quadrant(V x, int turn)
    {
        V n = V.Round(x * Constant(0.636619772f));
        V r = V.MultiplyAdd(n, Constant(-1.5703125f), x);
        r = V.MultiplyAdd(n, Constant(-4.83751297e-4f), r);
        r = V.MultiplyAdd(n, Constant(-7.54953362e-8f), r);
        r = V.MultiplyAdd(n, Constant(-2.56334407e-12f), r);
        V z = r * r;

        V sine = Constant(-1.9515295891e-4f);
        sine = V.MultiplyAdd(sine, z, Constant(8.3321608736e-3f));
        sine = V.MultiplyAdd(sine, z, Constant(-1.6666654611e-1f));
        sine = V.MultiplyAdd(sine * z, r, r);

        V cosine = Constant(2.443315711809948e-5f);
        cosine = V.MultiplyAdd(cosine, z, Constant(-1.388731625493765e-3f));
        cosine = V.MultiplyAdd(cosine, z, Constant(4.166664568298827e-2f));
        cosine = V.MultiplyAdd(cosine, z, Constant(-0.5f));
        cosine = V.MultiplyAdd(cosine, z, Constant(1f));

        V quadrant = V.AddBits(V.ToInteger(n), V.Bits(turn));
        V odd = V.ShiftRightBits(V.ShiftLeftBits(quadrant, 31), 31);
        V sign = V.ShiftLeftBits(V.ShiftRightBits(quadrant, 1), 31);
        return V.Xor(V.Blend(odd, cosine, sine), sign);
    }
}
