namespace TttGen.Kernels;

/// <summary>Sixteen bytes as four words.</summary>
public struct UInt4
{
    /// <summary>The first.</summary>
    public uint X;

    /// <summary>The second.</summary>
    public uint Y;

    /// <summary>The third.</summary>
    public uint Z;

    /// <summary>The fourth.</summary>
    public uint W;
}
