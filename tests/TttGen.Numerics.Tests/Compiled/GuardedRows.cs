using System.Numerics;
using System.Runtime.InteropServices;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>
/// Rows with a gap after each and after the last, so that whatever a kernel reads beyond its rows is NaN and whatever it writes there is seen.
/// </summary>
internal sealed unsafe class GuardedRows<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Guard = 64;
    private static readonly T Untouched = T.CreateTruncating(-12345.5);
    private readonly T* _items;
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _gap;

    /// <param name="rows">Rows of the size of <paramref name="columns"/>.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="gap">Elements between two rows.</param>
    public GuardedRows(int rows, int columns, int gap = 0)
    {
        (_rows, _columns, _gap) = (rows, columns, gap);
        _items = (T*)NativeMemory.Alloc((nuint)Length, (nuint)sizeof(T));
        All.Fill(T.NaN);
    }

    /// <summary>Elements from row to row.</summary>
    public nint Stride => _columns + _gap;

    private int Length => checked((int)(_rows * Stride)) + Guard;

    private Span<T> All => new(_items, Length);

    /// <summary>Where a row starts.</summary>
    public T* At(int row) => _items + row * Stride;

    public Span<T> Row(int row) => new(At(row), _columns);

    /// <summary>Takes over rows one after another.</summary>
    public GuardedRows<T> Filled(ReadOnlySpan<double> numbers)
    {
        for (var row = 0; row < _rows; row++)
            for (var i = 0; i < _columns; i++)
                Row(row)[i] = T.CreateChecked(numbers[row * _columns + i]);
        return this;
    }

    /// <summary>NaN in the rows; outside them a number that no kernel makes.</summary>
    public void Poison()
    {
        All.Fill(Untouched);
        for (var row = 0; row < _rows; row++) Row(row).Fill(T.NaN);
    }

    /// <summary>Whether nothing outside the rows was written since <see cref="Poison"/>.</summary>
    public bool IsIntact
    {
        get
        {
            for (var row = 0; row < _rows; row++)
                if (new ReadOnlySpan<T>(At(row) + _columns, _gap).ContainsAnyExcept(Untouched)) return false;
            return !All[^Guard..].ContainsAnyExcept(Untouched);
        }
    }

    /// <summary>Rows from <paramref name="first"/> on, one after another.</summary>
    public double[] Numbers(int first = 0)
    {
        var numbers = new List<double>();
        for (var row = first; row < _rows; row++)
            foreach (var item in Row(row)) numbers.Add(double.CreateChecked(item));
        return [.. numbers];
    }

    public void Dispose() => NativeMemory.Free(_items);
}
