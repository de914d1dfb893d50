using System.Numerics;

namespace TttGen.Cpu;

/// <summary>
/// One SIMD register of <typeparamref name="T"/>: what generated kernels and primitives are written in, once, for 512, 256 and 128 bits.
/// Implementations are structs around one hardware vector; every member inlines to an instruction or a short sequence.
/// </summary>
/// <typeparam name="TSelf">The implementing struct.</typeparam>
/// <typeparam name="T">float, or double for exact tests of derived programs.</typeparam>
public unsafe interface ILanes<TSelf, T> :
    IAdditionOperators<TSelf, TSelf, TSelf>, ISubtractionOperators<TSelf, TSelf, TSelf>,
    IMultiplyOperators<TSelf, TSelf, TSelf>, IDivisionOperators<TSelf, TSelf, TSelf>, IUnaryNegationOperators<TSelf, TSelf>
    where TSelf : struct, ILanes<TSelf, T>
    where T : unmanaged
{
    /// <summary>Lanes in the register: a divisor of 16.</summary>
    static abstract int Count { get; }

    /// <summary>All lanes zero.</summary>
    static abstract TSelf Zero { get; }

    /// <summary>All lanes <paramref name="x"/>.</summary>
    static abstract TSelf Broadcast(T x);

    /// <summary>
    /// All lanes the number at <paramref name="from"/>: one instruction. Of <see cref="Broadcast"/> of a number that is read first, the compiler makes
    /// a load and a shuffle, and the shuffle waits for a port that multiplies.
    /// </summary>
    static abstract TSelf BroadcastAt(T* from);

    /// <summary>Unaligned load of <see cref="Count"/> elements.</summary>
    static abstract TSelf Load(T* from);

    /// <summary>Unaligned store of <see cref="Count"/> elements.</summary>
    static abstract void Store(TSelf x, T* to);

    /// <summary>Loads the first <paramref name="count"/> elements and nothing beyond; other lanes are zero. Any count: ≤ 0 loads none, ≥ Count all.</summary>
    static abstract TSelf LoadPartial(T* from, int count);

    /// <summary>Stores the first <paramref name="count"/> lanes and touches nothing beyond. Any count.</summary>
    static abstract void StorePartial(TSelf x, T* to, int count);

    /// <summary>Zeroes the lanes from <paramref name="count"/> on, whatever they hold (NaN too). Any count.</summary>
    static abstract TSelf Keep(TSelf x, int count);

    /// <summary>a · b + c, in one rounding where the processor has an instruction for it.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>Lane by lane maximum.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>Lane by lane minimum.</summary>
    static virtual TSelf Min(TSelf a, TSelf b) => -TSelf.Max(-a, -b);

    /// <summary>|x|.</summary>
    static abstract TSelf Abs(TSelf x);

    /// <summary>1 where x &gt; 0, else 0.</summary>
    static abstract TSelf Step(TSelf x);

    /// <summary>a where x &gt; 0, else b.</summary>
    static abstract TSelf Select(TSelf x, TSelf a, TSelf b);

    /// <summary>Square root, correctly rounded.</summary>
    static abstract TSelf Sqrt(TSelf x);

    /// <summary>1 / √x, to the element type's precision.</summary>
    static abstract TSelf Rsqrt(TSelf x);

    /// <summary>e^x. float: within 2 ulp over the whole range, 0 below and ∞ above it. double: as <see cref="Math.Exp"/>.</summary>
    static abstract TSelf Exp(TSelf x);

    /// <summary>Natural logarithm.</summary>
    static abstract TSelf Log(TSelf x);

    /// <summary>tanh x, relative error at the element type's level near zero too.</summary>
    static abstract TSelf Tanh(TSelf x);

    /// <summary>1 / (1 + e^−x).</summary>
    static abstract TSelf Sigmoid(TSelf x);

    /// <summary>log(1 + e^x), without overflow.</summary>
    static abstract TSelf Softplus(TSelf x);

    /// <summary>Sine (rotary angles and small arguments; float: |x| ≤ 1e4).</summary>
    static abstract TSelf Sin(TSelf x);

    /// <summary>Cosine (as <see cref="Sin"/>).</summary>
    static abstract TSelf Cos(TSelf x);

    /// <summary>Sum over lanes.</summary>
    static abstract T Sum(TSelf x);

    /// <summary>Largest lane.</summary>
    static abstract T MaxAcross(TSelf x);

    /// <summary>Lanes 2i and 2i + 1 exchanged.</summary>
    static abstract TSelf SwapPairs(TSelf x);

    /// <summary>
    /// Transposes a Count × Count block: to[j · toStride + i] = from[i · fromStride + j]. Strides in elements.
    /// </summary>
    static abstract void TransposeBlock(T* from, nint fromStride, T* to, nint toStride);
}
