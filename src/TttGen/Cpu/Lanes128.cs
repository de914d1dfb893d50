using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TttGen.Cpu;

/// <summary>4 floats in 128 bits.</summary>
/// <param name="value">The register.</param>
public readonly unsafe struct Lanes128(Vector128<float> value) : IFloatFunctions<Lanes128>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private readonly Vector128<float> _value = value;

    /// <inheritdoc/>
    public static int Count => 4;

    /// <inheritdoc/>
    public static Lanes128 Zero { [MethodImpl(Inline)] get => new(Vector128<float>.Zero); }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128 Broadcast(float x) => new(Vector128.Create(x));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128 BroadcastAt(float* from) => new(Vector128.Create(*from));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128 Load(float* from) => new(Vector128.Load(from));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Lanes128 x, float* to) => x._value.Store(to);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128 LoadPartial(float* from, int count) => Avx.IsSupported
        ? new(Avx.MaskLoad(from, First(count)))
        : LanesMemory.LoadPartial<Lanes128, float>(from, count);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void StorePartial(Lanes128 x, float* to, int count)
    {
        if (Avx.IsSupported)
            Avx.MaskStore(to, First(count), x._value);
        else
            LanesMemory.StorePartial<Lanes128, float>(x, to, count);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128 Keep(Lanes128 x, int count) => new(x._value & First(count));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128 MultiplyAdd(Lanes128 a, Lanes128 b, Lanes128 c) => new(Vector128.MultiplyAddEstimate(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128 Max(Lanes128 a, Lanes128 b) => new(Vector128.Max(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128 Step(Lanes128 x) => new(Vector128.GreaterThan(x._value, Vector128<float>.Zero) & Vector128<float>.One);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128 Sqrt(Lanes128 x) => new(Vector128.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128 Rsqrt(Lanes128 x) => new(Vector128<float>.One / Vector128.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float Sum(Lanes128 x) => Vector128.Sum(x._value);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static float MaxAcross(Lanes128 x)
    {
        Vector128<float> pairs = Vector128.Max(x._value, Vector128.Shuffle(x._value, Vector128.Create(2, 3, 0, 1)));
        return Vector128.Max(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128 SwapPairs(Lanes128 x) =>
        new(Vector128.Shuffle(x._value, Vector128.Create(1, 0, 3, 2)));

    /// <inheritdoc/>
    public static void TransposeBlock(float* from, nint fromStride, float* to, nint toStride) =>
        LanesTranspose.Block4(from, fromStride, to, toStride);

    /// <summary>Lane by lane sum.</summary>
    [MethodImpl(Inline)]
    public static Lanes128 operator +(Lanes128 a, Lanes128 b) => new(a._value + b._value);

    /// <summary>Lane by lane difference.</summary>
    [MethodImpl(Inline)]
    public static Lanes128 operator -(Lanes128 a, Lanes128 b) => new(a._value - b._value);

    /// <summary>Lane by lane product.</summary>
    [MethodImpl(Inline)]
    public static Lanes128 operator *(Lanes128 a, Lanes128 b) => new(a._value * b._value);

    /// <summary>Lane by lane quotient.</summary>
    [MethodImpl(Inline)]
    public static Lanes128 operator /(Lanes128 a, Lanes128 b) => new(a._value / b._value);

    /// <summary>Lane by lane negation.</summary>
    [MethodImpl(Inline)]
    public static Lanes128 operator -(Lanes128 x) => new(-x._value);

    /// <summary>Mask of the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(Inline)]
    private static Vector128<float> First(int count) => Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle();

    [MethodImpl(Inline)]
    static Lanes128 IFloatBits<Lanes128>.Round(Lanes128 x) => new(Vector128.Round(x._value));

    [MethodImpl(Inline)]
    static Lanes128 IFloatBits<Lanes128>.TimesPowerOfTwo(Lanes128 x, Lanes128 n)
    {
        // Two factors: 2^n itself may lie outside the range of float.
        Vector128<int> whole = Vector128.ConvertToInt32Native(n._value);
        Vector128<int> half = whole >> 1;
        Vector128<int> one = Vector128.Create(127);
        return new(x._value * ((half + one) << 23).AsSingle() * ((whole - half + one) << 23).AsSingle());
    }

    [MethodImpl(Inline)]
    static Lanes128 IFloatBits<Lanes128>.LessThan(Lanes128 a, Lanes128 b) => new(Vector128.LessThan(a._value, b._value));

    [MethodImpl(Inline)]
    static Lanes128 IFloatBits<Lanes128>.Blend(Lanes128 mask, Lanes128 a, Lanes128 b) => new(Vector128.ConditionalSelect(mask._value, a._value, b._value));

    [MethodImpl(Inline)]
    static Lanes128 IFloatBits<Lanes128>.And(Lanes128 a, Lanes128 b) => new(a._value & b._value);

    [MethodImpl(Inline)]
    static Lanes128 IFloatBits<Lanes128>.Xor(Lanes128 a, Lanes128 b) => new(a._value ^ b._value);

    [MethodImpl(Inline)]
    static Lanes128 IFloatBits<Lanes128>.Bits(int bits) => new(Vector128.Create(bits).AsSingle());

    [MethodImpl(Inline)]
    static Lanes128 IFloatBits<Lanes128>.AddBits(Lanes128 a, Lanes128 b) => new((a._value.AsInt32() + b._value.AsInt32()).AsSingle());

    [MethodImpl(Inline)]
    static Lanes128 IFloatBits<Lanes128>.ShiftRightBits(Lanes128 x, int count) => new((x._value.AsInt32() >> count).AsSingle());

    [MethodImpl(Inline)]
    static Lanes128 IFloatBits<Lanes128>.ShiftLeftBits(Lanes128 x, int count) => new((x._value.AsInt32() << count).AsSingle());

    [MethodImpl(Inline)]
    static Lanes128 IFloatBits<Lanes128>.FromInteger(Lanes128 bits) => new(Vector128.ConvertToSingle(bits._value.AsInt32()));

    [MethodImpl(Inline)]
    static Lanes128 IFloatBits<Lanes128>.ToInteger(Lanes128 x) => new(Vector128.ConvertToInt32Native(x._value).AsSingle());

    [MethodImpl(Inline)]
    static void IFloatBits<Lanes128>.LoadBFloat16Pairs(uint* from, out Lanes128 low, out Lanes128 high)
    {
        Vector128<uint> pairs = Vector128.Load(from);
        low = new((pairs << 16).AsSingle());
        high = new((pairs & Vector128.Create(0xFFFF0000u)).AsSingle());
    }

    [MethodImpl(Inline)]
    static Lanes128 IFloatBits<Lanes128>.LoadInt8(sbyte* from) => Sse41.IsSupported
        ? new(Vector128.ConvertToSingle(Sse41.ConvertToVector128Int32(from)))
        : LanesMemory.LoadInt8<Lanes128>(from);
}
