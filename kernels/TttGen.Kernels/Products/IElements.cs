using ILGPU;

namespace TttGen.Kernels;

/// <summary>How a matrix's elements are kept, and read as float32.</summary>
/// <typeparam name="T">What the view holds.</typeparam>
public interface IElements<T> where T : unmanaged
{
    /// <summary>One element.</summary>
    static abstract float Load(ArrayView<T> view, long at);

    /// <summary>Four neighbours; <paramref name="at"/> is a multiple of four, the view begins on 16 bytes.</summary>
    static abstract Float4 Load4(ArrayView<T> view, long at);

    /// <summary>Elements in 16 bytes.</summary>
    static abstract int PerLoad { get; }

    /// <summary>Sixteen bytes of neighbours; <paramref name="at"/> is a multiple of <see cref="PerLoad"/>, the view begins on 16 bytes.</summary>
    static abstract Sixteen Load16Bytes(ArrayView<T> view, long at);
}
