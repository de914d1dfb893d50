using System.Runtime.CompilerServices;

namespace TttGen.Cuda;

/// <summary>What a kernel's parameter is.</summary>
public enum KernelArgumentKind
{
    /// <summary>Elements of a buffer: pointer and length.</summary>
    View,

    /// <summary>A 32-bit number.</summary>
    Int,

    /// <summary>A 64-bit number.</summary>
    Long,

    /// <summary>A number in f32.</summary>
    Float,
}

/// <summary>What a kernel gets for one parameter. Nothing of it is on the heap: <c>device.Launch(kernel, grid, [rows, x, norm])</c> allocates nothing.</summary>
public readonly struct KernelArgument
{
    // The scalar's bits, or the view's elements.
    private readonly long _bits;

    private KernelArgument(KernelArgumentKind kind, long bits, Type elementType) => (Kind, _bits, ElementType) = (kind, bits, elementType);

    private KernelArgument(DeviceBuffer buffer, long offsetBytes, long length, int elementBytes, Type elementType) : this(KernelArgumentKind.View, length, elementType) =>
        (Buffer, OffsetBytes, ElementBytes) = (buffer, offsetBytes, elementBytes);

    /// <summary>Which of the values below are meant.</summary>
    public KernelArgumentKind Kind { get; }

    /// <summary>The view's buffer; null of a scalar.</summary>
    public DeviceBuffer? Buffer { get; }

    /// <summary>Bytes of the buffer before the view's first element.</summary>
    public long OffsetBytes { get; }

    /// <summary>Elements of the view; 0 of a scalar.</summary>
    public long Length => Kind is KernelArgumentKind.View ? _bits : 0;

    /// <summary>Bytes of an element; 0 of a scalar.</summary>
    public long ElementBytes { get; }

    /// <summary>Type of the view's elements, or the scalar's own.</summary>
    public Type ElementType { get; }

    /// <summary>The number, where it is an int.</summary>
    public int Int => (int)_bits;

    /// <summary>The number, where it is a long.</summary>
    public long Long => _bits;

    /// <summary>The number, where it is a float.</summary>
    public float Float => BitConverter.Int32BitsToSingle((int)_bits);

    /// <summary>Floats on the device.</summary>
    public static implicit operator KernelArgument(DeviceView<float> view) => Of(view);

    /// <summary>32-bit numbers on the device.</summary>
    public static implicit operator KernelArgument(DeviceView<int> view) => Of(view);

    /// <summary>64-bit numbers on the device.</summary>
    public static implicit operator KernelArgument(DeviceView<long> view) => Of(view);

    /// <summary>Numbers in bf16 on the device, by their bits.</summary>
    public static implicit operator KernelArgument(DeviceView<ushort> view) => Of(view);

    /// <summary>Bytes on the device.</summary>
    public static implicit operator KernelArgument(DeviceView<byte> view) => Of(view);

    /// <summary>A 32-bit number.</summary>
    public static implicit operator KernelArgument(int value) => new(KernelArgumentKind.Int, value, typeof(int));

    /// <summary>A 64-bit number.</summary>
    public static implicit operator KernelArgument(long value) => new(KernelArgumentKind.Long, value, typeof(long));

    /// <summary>A number in f32.</summary>
    public static implicit operator KernelArgument(float value) => new(KernelArgumentKind.Float, BitConverter.SingleToInt32Bits(value), typeof(float));

    private static KernelArgument Of<T>(DeviceView<T> view) where T : unmanaged =>
        new(view.Buffer, view.OffsetBytes, view.Length, Unsafe.SizeOf<T>(), typeof(T));
}
