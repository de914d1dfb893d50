namespace TttGen.Cpu;

/// <summary>How a matrix is stored and computed from.</summary>
public enum WeightType
{
    /// <summary>Four bytes a weight.</summary>
    Float32,

    /// <summary>Two bytes: the upper half of a float.</summary>
    BFloat16,

    /// <summary>One byte and a scale for each output row.</summary>
    Int8,
}
