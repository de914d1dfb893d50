namespace TttGen.Cpu;

/// <summary>
/// The right operand B [inner, columns] of a product, packed once at load in panels of 32 columns: panel p holds columns 32p … 32p + 31 as
/// [inner][32], contiguous, columns beyond the matrix zero. One layout for every vector width. A row of the checkpoint's [out, in] is a column here.
/// bf16 weights lie in pairs, column c in the low half of a 32-bit word and column c + 16 in the high half, so that widening is one shift or one mask.
/// </summary>
public sealed unsafe class PackedMatrix : IDisposable
{
    /// <summary>Columns of a panel.</summary>
    public const int PanelWidth = 32;

    private readonly NativeBuffer _weights;
    private readonly NativeBuffer _scales;
    private readonly Lifetime _lifetime;

    /// <summary>Allocates zeros.</summary>
    /// <param name="inner">The checkpoint's in: 1 or more.</param>
    /// <param name="columns">The checkpoint's out: 1 or more.</param>
    /// <param name="type">How the weights are stored.</param>
    public PackedMatrix(int inner, int columns, WeightType type)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inner, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        if (!Enum.IsDefined(type))
            throw new ArgumentOutOfRangeException(nameof(type), type, $"PackedMatrix: expected one of {string.Join(", ", Enum.GetNames<WeightType>())}.");
        Inner = inner;
        Columns = columns;
        Type = type;
        Panels = (int)((columns + PanelWidth - 1L) / PanelWidth);
        PanelBytes = (nint)inner * PanelWidth * ElementBytes;
        _lifetime = new Lifetime(nameof(PackedMatrix), "PackedMatrix: expected one call at a time.", Free);
        _weights = new NativeBuffer(Panels * (long)PanelBytes / sizeof(float));
        _scales = new NativeBuffer(type == WeightType.Int8 ? Panels * PanelWidth : 0);
        new Span<float>(_scales.Pointer, (int)_scales.Length).Clear();
        ClearPadding();
    }

    /// <summary>Length of a column: the checkpoint's in.</summary>
    public int Inner { get; }

    /// <summary>Columns: the checkpoint's out.</summary>
    public int Columns { get; }

    /// <summary>Panels of <see cref="PanelWidth"/> columns.</summary>
    public int Panels { get; }

    /// <summary>How the weights are stored.</summary>
    public WeightType Type { get; }

    /// <summary>Memory, scales and padding included: what one pass over the matrix reads.</summary>
    public long Bytes => (_weights.Length + _scales.Length) * sizeof(float);

    /// <summary>Bytes from one panel to the next.</summary>
    internal nint PanelBytes { get; }

    private int ElementBytes => Type switch
    {
        WeightType.Float32 => 4,
        WeightType.BFloat16 => 2,
        _ => 1,
    };

    /// <summary>The first weight of a panel.</summary>
    internal byte* Panel(int panel) => (byte*)_weights.Pointer + panel * PanelBytes;

    /// <summary>Int8: the 32 scales of a panel.</summary>
    internal float* Scales(int panel) => _scales.Pointer + panel * PanelWidth;

    /// <summary>Writes one column from a row of the checkpoint.</summary>
    /// <param name="column">0 … Columns − 1.</param>
    /// <param name="weights">[inner].</param>
    public void SetRow(int column, ReadOnlySpan<float> weights)
    {
        Check(column, weights.Length);
        using var call = _lifetime.Hold();
        fixed (float* from = weights)
            Packing.Write(this, column, from);
    }

    /// <summary>Writes columns <paramref name="first"/> … from consecutive rows of the checkpoint. Several threads may write whole panels of their own.</summary>
    /// <param name="first">0 … Columns − 1.</param>
    /// <param name="weights">[count, inner].</param>
    public void SetRows(int first, ReadOnlySpan<float> weights)
    {
        int count = weights.Length / Inner;
        if (count * Inner != weights.Length)
            throw new ArgumentException($"PackedMatrix.SetRows: expected whole rows of {Inner} weights, found {weights.Length} weights.", nameof(weights));
        if (count == 0)
            return;
        Check(first, Inner);
        Check(first + (long)count - 1, Inner);
        using var call = _lifetime.Hold();
        fixed (float* from = weights)
        {
            for (int i = 0; i < count;)
            {
                bool whole = (first + i) % PanelWidth == 0 && count - i >= PanelWidth;
                if (whole)
                    PanelPacking.Write(this, (first + i) / PanelWidth, from + (nint)i * Inner);
                else
                    Packing.Write(this, first + i, from + (nint)i * Inner);
                i += whole ? PanelWidth : 1;
            }
        }
    }

    /// <summary>
    /// Writes rows <paramref name="first"/> … of B itself, as they are: the checkpoint's [out, in] becomes the right operand of the product back,
    /// B[o, i] = W[o, i] with inner = out and columns = in. f32 only. Several threads may write rows of their own.
    /// </summary>
    /// <param name="first">0 … Inner − 1.</param>
    /// <param name="weights">[count, columns].</param>
    public void SetInnerRows(int first, ReadOnlySpan<float> weights)
    {
        if (Type != WeightType.Float32)
            throw new NotSupportedException($"PackedMatrix.SetInnerRows: expected weights of type {WeightType.Float32}, found {Type}; set whole columns by SetRows.");
        int count = weights.Length / Columns;
        if (count * Columns != weights.Length)
            throw new ArgumentException($"PackedMatrix.SetInnerRows: expected whole rows of {Columns} weights, found {weights.Length} weights.", nameof(weights));
        if (first < 0 || first > Inner - count)
            throw new ArgumentOutOfRangeException(nameof(first), $"PackedMatrix.SetInnerRows: expected {count} rows in 0 … {Inner - 1}, found the first at {first}.");
        using var call = _lifetime.Hold();
        fixed (float* from = weights)
            PanelPacking.WriteRows(this, first, count, from);
    }

    /// <summary>Reads one column back: a row of the checkpoint, an embedding.</summary>
    /// <param name="column">0 … Columns − 1.</param>
    /// <param name="to">[inner].</param>
    public void GetRow(int column, Span<float> to)
    {
        Check(column, to.Length);
        using var call = _lifetime.Hold();
        fixed (float* pointer = to)
            Packing.Read(this, column, pointer);
    }

    /// <summary>As the other overload, for kernels: whose model holds the matrix meanwhile.</summary>
    public void GetRow(int column, float* to)
    {
        ArgumentNullException.ThrowIfNull(to);
        Check(column, Inner);
        Packing.Read(this, column, to);
        GC.KeepAlive(this);
    }

    /// <summary>Frees the memory; where a call is at work, when it has ended.</summary>
    public void Dispose() => _lifetime.Close();

    private void Free()
    {
        _weights.Dispose();
        _scales.Dispose();
    }

    private void Check(long column, int length)
    {
        if (column < 0 || column >= Columns)
            throw new ArgumentOutOfRangeException(nameof(column), $"PackedMatrix: expected a column in 0 … {Columns - 1}, found {column}.");
        if (length != Inner)
            throw new ArgumentException($"PackedMatrix: expected {Inner} weights a row, found {length}.");
    }

    /// <summary>Fresh memory may be poisoned, and the columns beyond the matrix are never written.</summary>
    private void ClearPadding()
    {
        if (NativeBuffer.PoisonFresh)
            new Span<byte>(Panel(Panels - 1), checked((int)PanelBytes)).Clear();
    }
}
