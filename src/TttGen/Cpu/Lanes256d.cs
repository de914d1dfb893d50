using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TttGen.Cpu;

/// <summary>4 doubles in 256 bits.</summary>
/// <param name="value">The register.</param>
public readonly unsafe struct Lanes256d(Vector256<double> value) : IDoubleFunctions<Lanes256d>
{
    private const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;
    private readonly Vector256<double> _value = value;

    /// <inheritdoc/>
    public static int Count => 4;

    /// <inheritdoc/>
    public static Lanes256d Zero { [MethodImpl(Inline)] get => new(Vector256<double>.Zero); }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256d Broadcast(double x) => new(Vector256.Create(x));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256d BroadcastAt(double* from) => new(Vector256.Create(*from));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256d Load(double* from) => new(Vector256.Load(from));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void Store(Lanes256d x, double* to) => x._value.Store(to);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256d LoadPartial(double* from, int count) => Avx.IsSupported
        ? new(Avx.MaskLoad(from, First(count)))
        : LanesMemory.LoadPartial<Lanes256d, double>(from, count);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static void StorePartial(Lanes256d x, double* to, int count)
    {
        if (Avx.IsSupported)
            Avx.MaskStore(to, First(count), x._value);
        else
            LanesMemory.StorePartial<Lanes256d, double>(x, to, count);
    }

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256d Keep(Lanes256d x, int count) => new(x._value & First(count));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256d MultiplyAdd(Lanes256d a, Lanes256d b, Lanes256d c) => new(Vector256.MultiplyAddEstimate(a._value, b._value, c._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256d Max(Lanes256d a, Lanes256d b) => new(Vector256.Max(a._value, b._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256d Step(Lanes256d x) => new(Vector256.GreaterThan(x._value, Vector256<double>.Zero) & Vector256<double>.One);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256d Sqrt(Lanes256d x) => new(Vector256.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256d Rsqrt(Lanes256d x) => new(Vector256<double>.One / Vector256.Sqrt(x._value));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static double Sum(Lanes256d x) => Vector256.Sum(x._value);

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static double MaxAcross(Lanes256d x) => Lanes128d.MaxAcross(new Lanes128d(Vector128.Max(x._value.GetLower(), x._value.GetUpper())));

    /// <inheritdoc/>
    [MethodImpl(Inline)]
    public static Lanes256d SwapPairs(Lanes256d x) =>
        new(Vector256.Shuffle(x._value, Vector256.Create(1L, 0, 3, 2)));

    /// <inheritdoc/>
    public static void TransposeBlock(double* from, nint fromStride, double* to, nint toStride) =>
        LanesMemory.TransposeBlock(Count, from, fromStride, to, toStride);

    /// <summary>Lane by lane sum.</summary>
    [MethodImpl(Inline)]
    public static Lanes256d operator +(Lanes256d a, Lanes256d b) => new(a._value + b._value);

    /// <summary>Lane by lane difference.</summary>
    [MethodImpl(Inline)]
    public static Lanes256d operator -(Lanes256d a, Lanes256d b) => new(a._value - b._value);

    /// <summary>Lane by lane product.</summary>
    [MethodImpl(Inline)]
    public static Lanes256d operator *(Lanes256d a, Lanes256d b) => new(a._value * b._value);

    /// <summary>Lane by lane quotient.</summary>
    [MethodImpl(Inline)]
    public static Lanes256d operator /(Lanes256d a, Lanes256d b) => new(a._value / b._value);

    /// <summary>Lane by lane negation.</summary>
    [MethodImpl(Inline)]
    public static Lanes256d operator -(Lanes256d x) => new(-x._value);

    /// <summary>Mask of the first <paramref name="count"/> lanes.</summary>
    [MethodImpl(Inline)]
    private static Vector256<double> First(int count) => Vector256.LessThan(Vector256<long>.Indices, Vector256.Create((long)count)).AsDouble();
}
