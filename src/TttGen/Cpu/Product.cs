namespace TttGen.Cpu;

/// <summary>Products with packed weights: the hot primitive of prefill and of decoding.</summary>
public static unsafe class Product
{
    /// <summary>tile = a · panel.</summary>
    /// <param name="w">The weights.</param>
    /// <param name="panel">Which 32 columns of them.</param>
    /// <param name="a">[rows, inner], row-major.</param>
    /// <param name="aStride">Elements from one row of a to the next.</param>
    /// <param name="rows">1 or more. Up to 8 the weights are streamed once; from 9 on the work is blocked for the caches.</param>
    /// <param name="tile">[rows, 32], dense; columns beyond the matrix become zero.</param>
    public static void Panel<V>(PackedMatrix w, int panel, float* a, nint aStride, int rows, float* tile)
        where V : struct, ILanes<V, float>
    {
        float* column = stackalloc float[w.Inner];
        for (int j = 0; j < 32; j++)
        {
            if (panel * 32 + j < w.Columns)
                Packing.Read(w, panel * 32 + j, column);
            else
                new Span<float>(column, w.Inner).Clear();
            for (int i = 0; i < rows; i++)
            {
                float sum = 0;
                for (int k = 0; k < w.Inner; k++)
                    sum += a[i * aStride + k] * column[k];
                tile[i * 32 + j] = sum;
            }
        }
    }
}
