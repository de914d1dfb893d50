namespace TttGen.Kernels;

/// <summary>Sixteen bytes of elements: four or eight of them.</summary>
public struct Sixteen
{
    /// <summary>The first four.</summary>
    public Float4 Low;

    /// <summary>The next four, where there are eight.</summary>
    public Float4 High;
}
