namespace TttGen.Kernels;

/// <summary>Eight bytes as two words.</summary>
public struct UInt2
{
    /// <summary>The first.</summary>
    public uint X;

    /// <summary>The second.</summary>
    public uint Y;
}
