namespace TttGen.Cuda;

/// <summary>Memory on a device. Frees itself with its device at the latest.</summary>
public abstract class DeviceBuffer : IDisposable
{
    /// <summary>A buffer for something.</summary>
    /// <param name="what">What it holds, for errors: <c>weights of mlp.up_proj</c>.</param>
    protected DeviceBuffer(string what) => What = what;

    /// <summary>Bytes asked for.</summary>
    public abstract long Bytes { get; }

    /// <summary>What it holds, for errors.</summary>
    public string What { get; }

    /// <summary>Gives the memory back; kernels that were launched before may still use it.</summary>
    public abstract void Dispose();
}
