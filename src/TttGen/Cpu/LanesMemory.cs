using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>What registers do element by element where the processor has no instruction for it.</summary>
internal static unsafe class LanesMemory
{
    /// <summary>Loads the first <paramref name="count"/> elements; other lanes are zero.</summary>
    public static V LoadPartial<V, T>(T* from, int count)
        where V : struct, ILanes<V, T>
        where T : unmanaged
    {
        T* lanes = stackalloc T[V.Count];
        V.Store(V.Zero, lanes);
        for (int i = 0; i < Math.Min(count, V.Count); i++)
            lanes[i] = from[i];
        return V.Load(lanes);
    }

    /// <summary>Stores the first <paramref name="count"/> lanes.</summary>
    [SkipLocalsInit]
    public static void StorePartial<V, T>(V x, T* to, int count)
        where V : struct, ILanes<V, T>
        where T : unmanaged
    {
        T* lanes = stackalloc T[V.Count];
        V.Store(x, lanes);
        for (int i = 0; i < Math.Min(count, V.Count); i++)
            to[i] = lanes[i];
    }

    /// <summary>Loads Count signed bytes as floats.</summary>
    [SkipLocalsInit]
    public static V LoadInt8<V>(sbyte* from)
        where V : struct, ILanes<V, float>
    {
        float* lanes = stackalloc float[V.Count];
        for (int i = 0; i < V.Count; i++)
            lanes[i] = from[i];
        return V.Load(lanes);
    }

    /// <summary>Transposes a count × count block.</summary>
    public static void TransposeBlock<T>(int count, T* from, nint fromStride, T* to, nint toStride)
        where T : unmanaged
    {
        for (int i = 0; i < count; i++)
        {
            for (int j = 0; j < count; j++)
                to[j * toStride + i] = from[i * fromStride + j];
        }
    }
}
