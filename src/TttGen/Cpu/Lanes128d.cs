using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TttGen.Cpu;

/// <summary>2 doubles in 128 bits.</summary>
/// <param name="value">The register.</param>
public readonly unsafe struct Lanes128d(Vector128<double> value) : IDoubleFunctions<Lanes128d>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private readonly Vector128<double> _value = value;

    /// <inheritdoc/>
    public static int Count => 2;

    /// <inheritdoc/>
    public static Lanes128d Zero { [MethodImpl(Inline)] get => new(Vector128<double>.Zero); }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128d Broadcast(double x) => new(Vector128.Create(x));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128d BroadcastAt(double* from) => new(Vector128.Create(*from));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128d Load(double* from) => new(Vector128.Load(from));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Lanes128d x, double* to) => x._value.Store(to);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128d LoadPartial(double* from, int count) => Avx.IsSupported
        ? new(Avx.MaskLoad(from, First(count)))
        : LanesMemory.LoadPartial<Lanes128d, double>(from, count);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void StorePartial(Lanes128d x, double* to, int count)
    {
        if (Avx.IsSupported)
            Avx.MaskStore(to, First(count), x._value);
        else
            LanesMemory.StorePartial<Lanes128d, double>(x, to, count);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128d Keep(Lanes128d x, int count) => new(x._value & First(count));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128d MultiplyAdd(Lanes128d a, Lanes128d b, Lanes128d c) => new(Vector128.MultiplyAddEstimate(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128d Max(Lanes128d a, Lanes128d b) => new(Vector128.Max(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128d Step(Lanes128d x) => new(Vector128.GreaterThan(x._value, Vector128<double>.Zero) & Vector128<double>.One);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128d Sqrt(Lanes128d x) => new(Vector128.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128d Rsqrt(Lanes128d x) => new(Vector128<double>.One / Vector128.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static double Sum(Lanes128d x) => Vector128.Sum(x._value);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static double MaxAcross(Lanes128d x) =>
        Vector128.Max(x._value, Vector128.Shuffle(x._value, Vector128.Create(1L, 0))).ToScalar();

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes128d SwapPairs(Lanes128d x) =>
        new(Vector128.Shuffle(x._value, Vector128.Create(1L, 0)));

    /// <inheritdoc/>
    public static void TransposeBlock(double* from, nint fromStride, double* to, nint toStride) =>
        LanesMemory.TransposeBlock(Count, from, fromStride, to, toStride);

    /// <summary>Lane by lane sum.</summary>
    [MethodImpl(Inline)]
    public static Lanes128d operator +(Lanes128d a, Lanes128d b) => new(a._value + b._value);

    /// <summary>Lane by lane difference.</summary>
    [MethodImpl(Inline)]
    public static Lanes128d operator -(Lanes128d a, Lanes128d b) => new(a._value - b._value);

    /// <summary>Lane by lane product.</summary>
    [MethodImpl(Inline)]
    public static Lanes128d operator *(Lanes128d a, Lanes128d b) => new(a._value * b._value);

    /// <summary>Lane by lane quotient.</summary>
    [MethodImpl(Inline)]
    public static Lanes128d operator /(Lanes128d a, Lanes128d b) => new(a._value / b._value);

    /// <summary>Lane by lane negation.</summary>
    [MethodImpl(Inline)]
    public static Lanes128d operator -(Lanes128d x) => new(-x._value);

    /// <summary>Mask of the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(Inline)]
    private static Vector128<double> First(int count) => Vector128.LessThan(Vector128<long>.Indices, Vector128.Create((long)count)).AsDouble();
}
