namespace TttGen.Cuda;

/// <summary>Work recorded once, to be done again at the cost of one launch.</summary>
public abstract class DeviceRecording : IDisposable
{
    /// <summary>Does all of it again, in order with the device's other work, on the same memory: what that holds by then is what is read.</summary>
    public abstract void Replay();

    /// <inheritdoc/>
    public abstract void Dispose();
}
