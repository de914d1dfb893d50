using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>One sum for each of up to eight rows, in a thread's registers.</summary>
internal struct RowSums
{
    private float _row0;
    private float _row1;
    private float _row2;
    private float _row3;
    private float _row4;
    private float _row5;
    private float _row6;
    private float _row7;

    /// <summary>Adds x[row, k …] · elements to each row's sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<TRows, TX, EX, T, E>(Sixteen elements, ArrayView<TX> x, int pitch, int rows, int k)
        where TRows : struct, ICount where TX : unmanaged where EX : struct, IElements<TX> where T : unmanaged where E : struct, IElements<T>
    {
        _row0 = Dot<TX, EX, T, E>(elements, x, pitch, rows, 0, k, _row0);
        if (TRows.Value > 1) _row1 = Dot<TX, EX, T, E>(elements, x, pitch, rows, 1, k, _row1);
        if (TRows.Value > 2)
        {
            _row2 = Dot<TX, EX, T, E>(elements, x, pitch, rows, 2, k, _row2);
            _row3 = Dot<TX, EX, T, E>(elements, x, pitch, rows, 3, k, _row3);
        }

        if (TRows.Value > 4)
        {
            _row4 = Dot<TX, EX, T, E>(elements, x, pitch, rows, 4, k, _row4);
            _row5 = Dot<TX, EX, T, E>(elements, x, pitch, rows, 5, k, _row5);
            _row6 = Dot<TX, EX, T, E>(elements, x, pitch, rows, 6, k, _row6);
            _row7 = Dot<TX, EX, T, E>(elements, x, pitch, rows, 7, k, _row7);
        }
    }

    /// <summary>Adds x[row, k] · element to each row's sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add<TRows, TX, EX>(float element, ArrayView<TX> x, int pitch, int rows, int k)
        where TRows : struct, ICount where TX : unmanaged where EX : struct, IElements<TX>
    {
        _row0 += element * EX.Load(x, k);
        if (TRows.Value > 1) _row1 += element * EX.Load(x, RowAt(1, pitch, rows) + k);
        if (TRows.Value > 2)
        {
            _row2 += element * EX.Load(x, RowAt(2, pitch, rows) + k);
            _row3 += element * EX.Load(x, RowAt(3, pitch, rows) + k);
        }

        if (TRows.Value > 4)
        {
            _row4 += element * EX.Load(x, RowAt(4, pitch, rows) + k);
            _row5 += element * EX.Load(x, RowAt(5, pitch, rows) + k);
            _row6 += element * EX.Load(x, RowAt(6, pitch, rows) + k);
            _row7 += element * EX.Load(x, RowAt(7, pitch, rows) + k);
        }
    }

    /// <summary>The sums of both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly RowSums Plus(RowSums other) => new()
    {
        _row0 = _row0 + other._row0,
        _row1 = _row1 + other._row1,
        _row2 = _row2 + other._row2,
        _row3 = _row3 + other._row3,
        _row4 = _row4 + other._row4,
        _row5 = _row5 + other._row5,
        _row6 = _row6 + other._row6,
        _row7 = _row7 + other._row7
    };

    /// <summary>Stores row i at at + i · pitch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store<TRows>(ArrayView<float> shared, int at, int pitch) where TRows : struct, ICount
    {
        shared[at] = _row0;
        if (TRows.Value > 1) shared[at + pitch] = _row1;
        if (TRows.Value > 2)
        {
            shared[at + 2 * pitch] = _row2;
            shared[at + 3 * pitch] = _row3;
        }

        if (TRows.Value > 4)
        {
            shared[at + 4 * pitch] = _row4;
            shared[at + 5 * pitch] = _row5;
            shared[at + 6 * pitch] = _row6;
            shared[at + 7 * pitch] = _row7;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Dot<TX, EX, T, E>(Sixteen elements, ArrayView<TX> x, int pitch, int rows, int row, int k, float sum)
        where TX : unmanaged where EX : struct, IElements<TX> where T : unmanaged where E : struct, IElements<T>
    {
        int at = RowAt(row, pitch, rows) + k;
        sum = elements.Low.Dot(EX.Load4(x, at), sum);
        return E.PerLoad == 8 ? elements.High.Dot(EX.Load4(x, at + 4), sum) : sum;
    }

    /// <summary>Rows past the last are the last once more: what comes of them is not read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int RowAt(int row, int pitch, int rows) => (row < rows ? row : rows - 1) * pitch;
}
