namespace TttGen.Cpu;

/// <summary>How keys and values lie in the pages of a sequence.</summary>
public enum CacheType
{
    /// <summary>Four bytes a number.</summary>
    Float32,

    /// <summary>Two bytes: the upper half of a float, rounded to nearest, ties to even.</summary>
    BFloat16,
}
