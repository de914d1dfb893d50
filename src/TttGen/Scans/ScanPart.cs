namespace TttGen.Scans;

/// <summary>Rows of one mini-batch, as kernels are given them.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe struct ScanPart<T> where T : unmanaged
{
    /// <summary>How many rows: a whole mini-batch's, or fewer.</summary>
    public int Count;

    /// <summary>[count, width].</summary>
    public RowView<T> Key, Value, Query, Output;

    /// <summary>[count]: inner rates, side by side.</summary>
    public T* Rate;

    /// <summary>[count]: token rates, from the first row's place on.</summary>
    public T* TokenRate;

    /// <summary>The token rate of a mini-batch's last place: what its gradient sum is scaled by at its end.</summary>
    public T LastTokenRate;

    /// <summary>[count]: the same for each row. Backward passes alone have it.</summary>
    public T* LastTokenRates;

    /// <summary>Working memory of the kernels.</summary>
    public T* Scratch;
}

/// <summary>Gradients that belong to a <see cref="ScanPart{T}"/>.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe struct ScanGradientPart<T> where T : unmanaged
{
    /// <summary>[count, width]: the gradient of the answers.</summary>
    public RowView<T> Output;

    /// <summary>[count, width]: set.</summary>
    public RowView<T> Key, Value, Query;

    /// <summary>[count]: set.</summary>
    public T* Rate;

    /// <summary>[count], from the first row's place on: added to.</summary>
    public T* TokenRate;

    /// <summary>One number: added to.</summary>
    public T* LastTokenRate;
}
