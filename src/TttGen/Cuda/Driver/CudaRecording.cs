namespace TttGen.Cuda.Driver;

/// <summary>A captured graph of a GPU.</summary>
internal sealed class CudaRecording(CudaDevice device, nint executable) : DeviceRecording
{
    private bool _disposed;

    /// <summary>CUgraphExec.</summary>
    public nint Executable => executable;

    /// <inheritdoc/>
    public override void Replay()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        device.Replay(this);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        device.Free(this);
    }
}
