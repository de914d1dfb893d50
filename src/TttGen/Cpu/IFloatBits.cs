namespace TttGen.Cpu;

/// <summary>
/// What the elementary functions need of a float register beside <see cref="ILanes{TSelf, T}"/>: comparison masks, the bits of a float, powers of two.
/// A mask is a register whose lanes are all ones or all zeros; "bits" are lanes read as 32-bit integers.
/// </summary>
internal unsafe interface IFloatBits<TSelf> : ILanes<TSelf, float>
    where TSelf : struct, IFloatBits<TSelf>
{
    /// <summary>Nearest integer, ties to even.</summary>
    static abstract TSelf Round(TSelf x);

    /// <summary>x · 2^n for integral n, through subnormals to 0 and to ∞. |n| ≤ 252 is exact but for one rounding in the subnormals.</summary>
    static abstract TSelf TimesPowerOfTwo(TSelf x, TSelf n);

    /// <summary>Mask of the lanes with a &lt; b; NaN is not less.</summary>
    static abstract TSelf LessThan(TSelf a, TSelf b);

    /// <summary>Lanes of <paramref name="a"/> where the mask is set, of <paramref name="b"/> elsewhere.</summary>
    static abstract TSelf Blend(TSelf mask, TSelf a, TSelf b);

    /// <summary>Bitwise and.</summary>
    static abstract TSelf And(TSelf a, TSelf b);

    /// <summary>Bitwise exclusive or.</summary>
    static abstract TSelf Xor(TSelf a, TSelf b);

    /// <summary>All lanes with these bits.</summary>
    static abstract TSelf Bits(int bits);

    /// <summary>Bits, added as integers.</summary>
    static abstract TSelf AddBits(TSelf a, TSelf b);

    /// <summary>Bits, shifted right arithmetically.</summary>
    static abstract TSelf ShiftRightBits(TSelf x, int count);

    /// <summary>Bits, shifted left.</summary>
    static abstract TSelf ShiftLeftBits(TSelf x, int count);

    /// <summary>Bits to the float of the same value.</summary>
    static abstract TSelf FromInteger(TSelf bits);

    /// <summary>An integral float within ±2^30 to bits of the same value.</summary>
    static abstract TSelf ToInteger(TSelf x);

    /// <summary>One row of a panel: 2 · Count bf16 weights as pairs (low half: column c, high half: column c + 16), widened.</summary>
    static abstract void LoadBFloat16Pairs(uint* from, out TSelf low, out TSelf high);

    /// <summary>Count signed bytes as floats.</summary>
    static abstract TSelf LoadInt8(sbyte* from);
}
