namespace TttGen.Training.Optimisation;

/// <summary>Constants of AdamW; what is not said is the paper's recipe.</summary>
public sealed record AdamWOptions
{
    /// <summary>Decay of the mean of gradients.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the mean of their squares.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Added to the root of that mean.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Weights shrink by the rate times this at each step, apart from the gradient (decoupled).</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Whether biases, norms and other vectors keep their size. The reference lets everything decay.</summary>
    public bool DecayMatricesOnly { get; init; }

    /// <summary>Gradients of a larger Euclidean norm, all parameters together, are scaled down to this; 0: never.</summary>
    public double ClipNorm { get; init; } = 1;
}
