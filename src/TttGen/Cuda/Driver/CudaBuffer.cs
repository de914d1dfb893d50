namespace TttGen.Cuda.Driver;

/// <summary>A buffer within a block of the GPU's memory.</summary>
internal sealed class CudaBuffer(CudaDevice device, DeviceBlock block, long start, long rounded, long bytes, string what) : DeviceBuffer(what)
{
    private bool _disposed;

    /// <inheritdoc/>
    public override long Bytes => bytes;

    /// <summary>The device that it is of.</summary>
    public CudaDevice Device => device;

    /// <summary>Its first byte on the GPU.</summary>
    /// <exception cref="ObjectDisposedException">It was given back.</exception>
    public ulong Address
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return block.Address + (ulong)start;
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        device.Give(block, start, rounded);
    }
}
