namespace TttGen.Cuda;

/// <summary>A kernel, loaded and ready to be launched; it lives as long as its device.</summary>
public abstract class DeviceKernel
{
    /// <summary>A kernel of a name.</summary>
    protected DeviceKernel(string name) => Name = name;

    /// <summary>The kernel's name: <c>RowsNorm</c>.</summary>
    public string Name { get; }
}
