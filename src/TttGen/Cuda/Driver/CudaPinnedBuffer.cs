namespace TttGen.Cuda.Driver;

/// <summary>Memory of the host that a GPU copies by itself.</summary>
internal sealed unsafe class CudaPinnedBuffer(CudaDevice device, byte* pointer, long bytes) : PinnedBuffer
{
    private byte* _pointer = pointer;

    /// <inheritdoc/>
    public override long Bytes => bytes;

    /// <summary>The device that it is of.</summary>
    public CudaDevice Device => device;

    /// <inheritdoc/>
    protected override byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer is null, this);
            return _pointer;
        }
    }

    /// <summary>The byte at an offset, after which so many more are there.</summary>
    public byte* At(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, bytes - offset);
        return Pointer + offset;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_pointer is null)
            return;
        device.Free(this, _pointer);
        _pointer = null;
    }
}
