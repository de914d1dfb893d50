using TttGen.Checkpoints;

namespace TttGen;

/// <summary>What kind of weights a parameter holds.</summary>
public enum ParameterKind
{
    /// <summary>One number a unit: biases, scales, shifts, rates.</summary>
    Vector,

    /// <summary>A product's weights, also embeddings.</summary>
    Matrix,

    /// <summary>A convolution's weights: [columns, taps].</summary>
    Taps,
}

/// <summary>A tensor that a spec asks for.</summary>
/// <param name="Info">Its full key and its shape in a checkpoint.</param>
/// <param name="Kind">Vector or matrix, the head axis apart.</param>
/// <param name="Fast">Whether it is an inner model's weight that is updated at test time.</param>
public sealed record Parameter(ParameterInfo Info, ParameterKind Kind, bool Fast);
