using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>How one row of a panel becomes two registers of floats.</summary>
internal unsafe interface IWeightFormat
{
    /// <summary>Bytes of a row of 32 weights.</summary>
    static abstract int RowBytes { get; }

    /// <summary>Whether the weights come from memory, so that asking for them early pays.</summary>
    static virtual bool Streamed => true;

    /// <summary>Columns column … and column + 16 … of the row, a register each.</summary>
    static abstract void Load<V>(byte* row, int column, out V low, out V high)
        where V : struct, IFloatBits<V>;
}

/// <summary>Four bytes a weight.</summary>
internal readonly unsafe struct Float32Format : IWeightFormat
{
    public static int RowBytes => 128;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V>(byte* row, int column, out V low, out V high)
        where V : struct, IFloatBits<V>
    {
        low = V.Load((float*)row + column);
        high = V.Load((float*)row + column + 16);
    }
}

/// <summary>Four bytes a weight, already in a near cache.</summary>
internal readonly unsafe struct CachedFormat : IWeightFormat
{
    public static int RowBytes => Float32Format.RowBytes;

    public static bool Streamed => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V>(byte* row, int column, out V low, out V high)
        where V : struct, IFloatBits<V> =>
        Float32Format.Load(row, column, out low, out high);
}

/// <summary>Two bytes a weight, columns c and c + 16 in one word.</summary>
internal readonly unsafe struct BFloat16Format : IWeightFormat
{
    public static int RowBytes => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V>(byte* row, int column, out V low, out V high)
        where V : struct, IFloatBits<V> =>
        V.LoadBFloat16Pairs((uint*)row + column, out low, out high);
}

/// <summary>One byte a weight; the scales are left to the finished tile.</summary>
internal readonly unsafe struct Int8Format : IWeightFormat
{
    public static int RowBytes => 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load<V>(byte* row, int column, out V low, out V high)
        where V : struct, IFloatBits<V>
    {
        low = V.LoadInt8((sbyte*)row + column);
        high = V.LoadInt8((sbyte*)row + column + 16);
    }
}
