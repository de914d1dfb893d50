using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TttGen.Cpu;

/// <summary>8 floats in 256 bits.</summary>
/// <param name="value">The register.</param>
public readonly unsafe struct Lanes256(Vector256<float> value) : IFloatFunctions<Lanes256>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private readonly Vector256<float> _value = value;

    /// <inheritdoc/>
    public static int Count => 8;

    /// <inheritdoc/>
    public static Lanes256 Zero { [MethodImpl(Inline)] get => new(Vector256<float>.Zero); }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256 Broadcast(float x) => new(Vector256.Create(x));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256 BroadcastAt(float* from) => new(Vector256.Create(*from));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256 Load(float* from) => new(Vector256.Load(from));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Lanes256 x, float* to) => x._value.Store(to);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256 LoadPartial(float* from, int count) => Avx.IsSupported
        ? new(Avx.MaskLoad(from, First(count)))
        : LanesMemory.LoadPartial<Lanes256, float>(from, count);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void StorePartial(Lanes256 x, float* to, int count)
    {
        if (Avx.IsSupported)
            Avx.MaskStore(to, First(count), x._value);
        else
            LanesMemory.StorePartial<Lanes256, float>(x, to, count);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256 Keep(Lanes256 x, int count) => new(x._value & First(count));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256 MultiplyAdd(Lanes256 a, Lanes256 b, Lanes256 c) => new(Vector256.MultiplyAddEstimate(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256 Max(Lanes256 a, Lanes256 b) => new(Vector256.Max(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256 Step(Lanes256 x) => new(Vector256.GreaterThan(x._value, Vector256<float>.Zero) & Vector256<float>.One);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256 Sqrt(Lanes256 x) => new(Vector256.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256 Rsqrt(Lanes256 x) => new(Vector256<float>.One / Vector256.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float Sum(Lanes256 x) => Vector128.Sum(x._value.GetLower() + x._value.GetUpper());

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float MaxAcross(Lanes256 x) => Lanes128.MaxAcross(new Lanes128(Vector128.Max(x._value.GetLower(), x._value.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256 SwapPairs(Lanes256 x) =>
        new(Vector256.Shuffle(x._value, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)));

    /// <inheritdoc/>
    public static void TransposeBlock(float* from, nint fromStride, float* to, nint toStride)
    {
        if (Avx.IsSupported)
            LanesTranspose.Block8(from, fromStride, to, toStride);
        else
            LanesMemory.TransposeBlock(Count, from, fromStride, to, toStride);
    }

    /// <summary>Lane by lane sum.</summary>
    [MethodImpl(Inline)]
    public static Lanes256 operator +(Lanes256 a, Lanes256 b) => new(a._value + b._value);

    /// <summary>Lane by lane difference.</summary>
    [MethodImpl(Inline)]
    public static Lanes256 operator -(Lanes256 a, Lanes256 b) => new(a._value - b._value);

    /// <summary>Lane by lane product.</summary>
    [MethodImpl(Inline)]
    public static Lanes256 operator *(Lanes256 a, Lanes256 b) => new(a._value * b._value);

    /// <summary>Lane by lane quotient.</summary>
    [MethodImpl(Inline)]
    public static Lanes256 operator /(Lanes256 a, Lanes256 b) => new(a._value / b._value);

    /// <summary>Lane by lane negation.</summary>
    [MethodImpl(Inline)]
    public static Lanes256 operator -(Lanes256 x) => new(-x._value);

    /// <summary>Mask of the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(Inline)]
    private static Vector256<float> First(int count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle();

    [MethodImpl(Inline)]
    static Lanes256 IFloatBits<Lanes256>.Round(Lanes256 x) => new(Vector256.Round(x._value));

    [MethodImpl(Inline)]
    static Lanes256 IFloatBits<Lanes256>.TimesPowerOfTwo(Lanes256 x, Lanes256 n)
    {
        // Two factors: 2^n itself may lie outside the range of float.
        Vector256<int> whole = Vector256.ConvertToInt32Native(n._value);
        Vector256<int> half = whole >> 1;
        Vector256<int> one = Vector256.Create(127);
        return new(x._value * ((half + one) << 23).AsSingle() * ((whole - half + one) << 23).AsSingle());
    }

    [MethodImpl(Inline)]
    static Lanes256 IFloatBits<Lanes256>.LessThan(Lanes256 a, Lanes256 b) => new(Vector256.LessThan(a._value, b._value));

    [MethodImpl(Inline)]
    static Lanes256 IFloatBits<Lanes256>.Blend(Lanes256 mask, Lanes256 a, Lanes256 b) => new(Vector256.ConditionalSelect(mask._value, a._value, b._value));

    [MethodImpl(Inline)]
    static Lanes256 IFloatBits<Lanes256>.And(Lanes256 a, Lanes256 b) => new(a._value & b._value);

    [MethodImpl(Inline)]
    static Lanes256 IFloatBits<Lanes256>.Xor(Lanes256 a, Lanes256 b) => new(a._value ^ b._value);

    [MethodImpl(Inline)]
    static Lanes256 IFloatBits<Lanes256>.Bits(int bits) => new(Vector256.Create(bits).AsSingle());

    [MethodImpl(Inline)]
    static Lanes256 IFloatBits<Lanes256>.AddBits(Lanes256 a, Lanes256 b) => new((a._value.AsInt32() + b._value.AsInt32()).AsSingle());

    [MethodImpl(Inline)]
    static Lanes256 IFloatBits<Lanes256>.ShiftRightBits(Lanes256 x, int count) => new((x._value.AsInt32() >> count).AsSingle());

    [MethodImpl(Inline)]
    static Lanes256 IFloatBits<Lanes256>.ShiftLeftBits(Lanes256 x, int count) => new((x._value.AsInt32() << count).AsSingle());

    [MethodImpl(Inline)]
    static Lanes256 IFloatBits<Lanes256>.FromInteger(Lanes256 bits) => new(Vector256.ConvertToSingle(bits._value.AsInt32()));

    [MethodImpl(Inline)]
    static Lanes256 IFloatBits<Lanes256>.ToInteger(Lanes256 x) => new(Vector256.ConvertToInt32Native(x._value).AsSingle());

    [MethodImpl(Inline)]
    static void IFloatBits<Lanes256>.LoadBFloat16Pairs(uint* from, out Lanes256 low, out Lanes256 high)
    {
        Vector256<uint> pairs = Vector256.Load(from);
        low = new((pairs << 16).AsSingle());
        high = new((pairs & Vector256.Create(0xFFFF0000u)).AsSingle());
    }

    [MethodImpl(Inline)]
    static Lanes256 IFloatBits<Lanes256>.LoadInt8(sbyte* from) => Avx2.IsSupported
        ? new(Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(from)))
        : LanesMemory.LoadInt8<Lanes256>(from);
}
