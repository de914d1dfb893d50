namespace TttGen.Checkpoints;

/// <summary>Element types that safetensors files hold. Weights are read from <see cref="F32"/>, <see cref="F16"/> and <see cref="BF16"/>.</summary>
public enum DType
{
    /// <summary>IEEE float, 4 bytes.</summary>
    F32,

    /// <summary>IEEE half, 2 bytes.</summary>
    F16,

    /// <summary>The upper half of a float, 2 bytes.</summary>
    BF16,

    /// <summary>IEEE double, 8 bytes.</summary>
    F64,

    /// <summary>8-bit float, 5 exponent bits.</summary>
    F8E5M2,

    /// <summary>8-bit float, 4 exponent bits.</summary>
    F8E4M3,

    /// <summary>Signed, 8 bytes.</summary>
    I64,

    /// <summary>Signed, 4 bytes.</summary>
    I32,

    /// <summary>Signed, 2 bytes.</summary>
    I16,

    /// <summary>Signed, 1 byte.</summary>
    I8,

    /// <summary>Unsigned, 8 bytes.</summary>
    U64,

    /// <summary>Unsigned, 4 bytes.</summary>
    U32,

    /// <summary>Unsigned, 2 bytes.</summary>
    U16,

    /// <summary>Unsigned, 1 byte.</summary>
    U8,

    /// <summary>True or false, 1 byte.</summary>
    Bool,
}
