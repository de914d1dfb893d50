using System.Numerics;
using System.Runtime.CompilerServices;

namespace TttGen.Numerics.Tests.Backward;

/// <summary>Numbers in a place of their own, for code that takes pointers.</summary>
internal sealed class Pinned<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _items;

    /// <summary>Room for so many, all NaN: what is read before it is written shows.</summary>
    public Pinned(long count)
    {
        _items = GC.AllocateUninitializedArray<T>((int)count + 1, pinned: true);
        _items.AsSpan().Fill(T.NaN);
    }

    public Pinned(ReadOnlySpan<double> values) : this(values.Length)
    {
        for (var i = 0; i < values.Length; i++) _items[i] = T.CreateChecked(values[i]);
    }

    public unsafe T* Pointer => (T*)Unsafe.AsPointer(ref _items[0]);

    public Span<T> Items => _items.AsSpan(0, _items.Length - 1);

    public double[] Read() => [.. Items.ToArray().Select(double.CreateChecked)];
}
