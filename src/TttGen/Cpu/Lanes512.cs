using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TttGen.Cpu;

/// <summary>16 floats in 512 bits.</summary>
/// <param name="value">The register.</param>
public readonly unsafe struct Lanes512(Vector512<float> value) : IFloatFunctions<Lanes512>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private readonly Vector512<float> _value = value;

    /// <inheritdoc/>
    public static int Count => 16;

    /// <inheritdoc/>
    public static Lanes512 Zero { [MethodImpl(Inline)] get => new(Vector512<float>.Zero); }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512 Broadcast(float x) => new(Vector512.Create(x));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512 BroadcastAt(float* from) => new(Vector512.Create(*from));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512 Load(float* from) => new(Vector512.Load(from));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Lanes512 x, float* to) => x._value.Store(to);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512 LoadPartial(float* from, int count) => Avx512F.IsSupported
        ? new(Avx512F.MaskLoad(from, First(count), Vector512<float>.Zero))
        : LanesMemory.LoadPartial<Lanes512, float>(from, count);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void StorePartial(Lanes512 x, float* to, int count)
    {
        if (Avx512F.IsSupported)
            Avx512F.MaskStore(to, First(count), x._value);
        else
            LanesMemory.StorePartial<Lanes512, float>(x, to, count);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512 Keep(Lanes512 x, int count) => new(x._value & First(count));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512 MultiplyAdd(Lanes512 a, Lanes512 b, Lanes512 c) => new(Vector512.FusedMultiplyAdd(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512 Max(Lanes512 a, Lanes512 b) => new(Vector512.Max(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512 Step(Lanes512 x) => new(Vector512.GreaterThan(x._value, Vector512<float>.Zero) & Vector512<float>.One);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512 Sqrt(Lanes512 x) => new(Vector512.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512 Rsqrt(Lanes512 x) => new(Vector512<float>.One / Vector512.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float Sum(Lanes512 x) => Lanes256.Sum(new Lanes256(x._value.GetLower() + x._value.GetUpper()));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float MaxAcross(Lanes512 x) => Lanes256.MaxAcross(new Lanes256(Vector256.Max(x._value.GetLower(), x._value.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512 SwapPairs(Lanes512 x) =>
        new(Vector512.Shuffle(x._value, Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)));

    /// <inheritdoc/>
    public static void TransposeBlock(float* from, nint fromStride, float* to, nint toStride)
    {
        if (Avx512F.IsSupported)
            LanesTranspose.Block16(from, fromStride, to, toStride);
        else
            LanesMemory.TransposeBlock(Count, from, fromStride, to, toStride);
    }

    /// <summary>Lane by lane sum.</summary>
    [MethodImpl(Inline)]
    public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a._value + b._value);

    /// <summary>Lane by lane difference.</summary>
    [MethodImpl(Inline)]
    public static Lanes512 operator -(Lanes512 a, Lanes512 b) => new(a._value - b._value);

    /// <summary>Lane by lane product.</summary>
    [MethodImpl(Inline)]
    public static Lanes512 operator *(Lanes512 a, Lanes512 b) => new(a._value * b._value);

    /// <summary>Lane by lane quotient.</summary>
    [MethodImpl(Inline)]
    public static Lanes512 operator /(Lanes512 a, Lanes512 b) => new(a._value / b._value);

    /// <summary>Lane by lane negation.</summary>
    [MethodImpl(Inline)]
    public static Lanes512 operator -(Lanes512 x) => new(-x._value);

    /// <summary>Mask of the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(Inline)]
    private static Vector512<float> First(int count) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle();

    [MethodImpl(Inline)]
    static Lanes512 IFloatBits<Lanes512>.Round(Lanes512 x) => new(Vector512.Round(x._value));

    [MethodImpl(Inline)]
    static Lanes512 IFloatBits<Lanes512>.TimesPowerOfTwo(Lanes512 x, Lanes512 n)
    {
        if (Avx512F.IsSupported)
            return new(Avx512F.Scale(x._value, n._value));

        // Two factors: 2^n itself may lie outside the range of float.
        Vector512<int> whole = Vector512.ConvertToInt32Native(n._value);
        Vector512<int> half = whole >> 1;
        Vector512<int> one = Vector512.Create(127);
        return new(x._value * ((half + one) << 23).AsSingle() * ((whole - half + one) << 23).AsSingle());
    }

    [MethodImpl(Inline)]
    static Lanes512 IFloatBits<Lanes512>.LessThan(Lanes512 a, Lanes512 b) => new(Vector512.LessThan(a._value, b._value));

    [MethodImpl(Inline)]
    static Lanes512 IFloatBits<Lanes512>.Blend(Lanes512 mask, Lanes512 a, Lanes512 b) => new(Vector512.ConditionalSelect(mask._value, a._value, b._value));

    [MethodImpl(Inline)]
    static Lanes512 IFloatBits<Lanes512>.And(Lanes512 a, Lanes512 b) => new(a._value & b._value);

    [MethodImpl(Inline)]
    static Lanes512 IFloatBits<Lanes512>.Xor(Lanes512 a, Lanes512 b) => new(a._value ^ b._value);

    [MethodImpl(Inline)]
    static Lanes512 IFloatBits<Lanes512>.Bits(int bits) => new(Vector512.Create(bits).AsSingle());

    [MethodImpl(Inline)]
    static Lanes512 IFloatBits<Lanes512>.AddBits(Lanes512 a, Lanes512 b) => new((a._value.AsInt32() + b._value.AsInt32()).AsSingle());

    [MethodImpl(Inline)]
    static Lanes512 IFloatBits<Lanes512>.ShiftRightBits(Lanes512 x, int count) => new((x._value.AsInt32() >> count).AsSingle());

    [MethodImpl(Inline)]
    static Lanes512 IFloatBits<Lanes512>.ShiftLeftBits(Lanes512 x, int count) => new((x._value.AsInt32() << count).AsSingle());

    [MethodImpl(Inline)]
    static Lanes512 IFloatBits<Lanes512>.FromInteger(Lanes512 bits) => new(Vector512.ConvertToSingle(bits._value.AsInt32()));

    [MethodImpl(Inline)]
    static Lanes512 IFloatBits<Lanes512>.ToInteger(Lanes512 x) => new(Vector512.ConvertToInt32Native(x._value).AsSingle());

    [MethodImpl(Inline)]
    static void IFloatBits<Lanes512>.LoadBFloat16Pairs(uint* from, out Lanes512 low, out Lanes512 high)
    {
        Vector512<uint> pairs = Vector512.Load(from);
        low = new((pairs << 16).AsSingle());
        high = new((pairs & Vector512.Create(0xFFFF0000u)).AsSingle());
    }

    [MethodImpl(Inline)]
    static Lanes512 IFloatBits<Lanes512>.LoadInt8(sbyte* from) => Avx512F.IsSupported
        ? new(Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.Load(from))))
        : LanesMemory.LoadInt8<Lanes512>(from);
}
