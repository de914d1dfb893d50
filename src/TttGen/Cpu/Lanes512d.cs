using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TttGen.Cpu;

/// <summary>8 doubles in 512 bits.</summary>
/// <param name="value">The register.</param>
public readonly unsafe struct Lanes512d(Vector512<double> value) : IDoubleFunctions<Lanes512d>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private readonly Vector512<double> _value = value;

    /// <inheritdoc/>
    public static int Count => 8;

    /// <inheritdoc/>
    public static Lanes512d Zero { [MethodImpl(Inline)] get => new(Vector512<double>.Zero); }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512d Broadcast(double x) => new(Vector512.Create(x));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512d BroadcastAt(double* from) => new(Vector512.Create(*from));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512d Load(double* from) => new(Vector512.Load(from));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Lanes512d x, double* to) => x._value.Store(to);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512d LoadPartial(double* from, int count) => Avx512F.IsSupported
        ? new(Avx512F.MaskLoad(from, First(count), Vector512<double>.Zero))
        : LanesMemory.LoadPartial<Lanes512d, double>(from, count);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void StorePartial(Lanes512d x, double* to, int count)
    {
        if (Avx512F.IsSupported)
            Avx512F.MaskStore(to, First(count), x._value);
        else
            LanesMemory.StorePartial<Lanes512d, double>(x, to, count);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512d Keep(Lanes512d x, int count) => new(x._value & First(count));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512d MultiplyAdd(Lanes512d a, Lanes512d b, Lanes512d c) => new(Vector512.FusedMultiplyAdd(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512d Max(Lanes512d a, Lanes512d b) => new(Vector512.Max(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512d Step(Lanes512d x) => new(Vector512.GreaterThan(x._value, Vector512<double>.Zero) & Vector512<double>.One);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512d Sqrt(Lanes512d x) => new(Vector512.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512d Rsqrt(Lanes512d x) => new(Vector512<double>.One / Vector512.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static double Sum(Lanes512d x) => Vector512.Sum(x._value);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static double MaxAcross(Lanes512d x) => Lanes256d.MaxAcross(new Lanes256d(Vector256.Max(x._value.GetLower(), x._value.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes512d SwapPairs(Lanes512d x) =>
        new(Vector512.Shuffle(x._value, Vector512.Create(1L, 0, 3, 2, 5, 4, 7, 6)));

    /// <inheritdoc/>
    public static void TransposeBlock(double* from, nint fromStride, double* to, nint toStride) =>
        LanesMemory.TransposeBlock(Count, from, fromStride, to, toStride);

    /// <summary>Lane by lane sum.</summary>
    [MethodImpl(Inline)]
    public static Lanes512d operator +(Lanes512d a, Lanes512d b) => new(a._value + b._value);

    /// <summary>Lane by lane difference.</summary>
    [MethodImpl(Inline)]
    public static Lanes512d operator -(Lanes512d a, Lanes512d b) => new(a._value - b._value);

    /// <summary>Lane by lane product.</summary>
    [MethodImpl(Inline)]
    public static Lanes512d operator *(Lanes512d a, Lanes512d b) => new(a._value * b._value);

    /// <summary>Lane by lane quotient.</summary>
    [MethodImpl(Inline)]
    public static Lanes512d operator /(Lanes512d a, Lanes512d b) => new(a._value / b._value);

    /// <summary>Lane by lane negation.</summary>
    [MethodImpl(Inline)]
    public static Lanes512d operator -(Lanes512d x) => new(-x._value);

    /// <summary>Mask of the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(Inline)]
    private static Vector512<double> First(int count) => Vector512.LessThan(Vector512<long>.Indices, Vector512.Create((long)count)).AsDouble();
}
