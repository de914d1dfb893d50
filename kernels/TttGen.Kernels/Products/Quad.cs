using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>Four neighbours of a row on their way from global to shared memory.</summary>
internal static class Quad
{
    /// <summary>Elements k to k + 3 of a row, zero where there are none; at once where rows begin at multiples of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Load<T, E>(ArrayView<T> view, long row, int pitch, bool inside, int k, int inner) where T : unmanaged where E : struct, IElements<T>
    {
        var quad = default(Float4);
        if (inside)
        {
            if ((pitch & 3) == 0 && k + 3 < inner)
            {
                quad = E.Load4(view, row + k);
            }
            else
            {
                if (k < inner) quad.X = E.Load(view, row + k);
                if (k + 1 < inner) quad.Y = E.Load(view, row + k + 1);
                if (k + 2 < inner) quad.Z = E.Load(view, row + k + 2);
                if (k + 3 < inner) quad.W = E.Load(view, row + k + 3);
            }
        }

        return quad;
    }

    /// <summary>Puts them one below the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(ArrayView<float> shared, int at, int pitch, Float4 quad)
    {
        shared[at] = quad.X;
        shared[at + pitch] = quad.Y;
        shared[at + 2 * pitch] = quad.Z;
        shared[at + 3 * pitch] = quad.W;
    }
}
