namespace TttGen.Scans;

/// <summary>Rows in memory, a stride apart: those of one head among the rows of all.</summary>
/// <typeparam name="T">The element.</typeparam>
/// <param name="start">The first row's first element.</param>
/// <param name="stride">Elements from row to row.</param>
public readonly unsafe struct RowView<T>(T* start, nint stride) where T : unmanaged
{
    /// <summary>The first row's first element.</summary>
    public readonly T* Start = start;

    /// <summary>Elements from row to row.</summary>
    public readonly nint Stride = stride;

    /// <summary>The rows from one of them on.</summary>
    public RowView<T> From(int row) => new(Start + row * Stride, Stride);
}
