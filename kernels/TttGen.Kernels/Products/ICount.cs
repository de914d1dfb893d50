namespace TttGen.Kernels;

/// <summary>A number that is part of a kernel's type, so that its loops have no run-time bound.</summary>
public interface ICount
{
    /// <summary>The number.</summary>
    static abstract int Value { get; }
}

/// <summary>1.</summary>
public readonly struct One : ICount
{
    /// <inheritdoc/>
    public static int Value => 1;
}

/// <summary>2.</summary>
public readonly struct Two : ICount
{
    /// <inheritdoc/>
    public static int Value => 2;
}

/// <summary>4.</summary>
public readonly struct Four : ICount
{
    /// <inheritdoc/>
    public static int Value => 4;
}

/// <summary>8.</summary>
public readonly struct Eight : ICount
{
    /// <inheritdoc/>
    public static int Value => 8;
}
