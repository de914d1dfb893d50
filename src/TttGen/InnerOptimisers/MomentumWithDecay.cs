namespace TttGen.InnerOptimisers;

/// <summary>
/// Gradient descent with momentum and forgetting (Titans, arXiv 2501.00663, section 3.1): S ← m S − r ∇ℓ, θ ← (1 − d) θ + S, with a rate r, a momentum m
/// and a decay d of each token and head.
/// </summary>
/// <param name="Weight">θ.</param>
/// <param name="Surprise">S: the steps so far, each weighted by all momentums since.</param>
[InnerOptimiser]
public readonly partial record struct MomentumWithDecay(Scalar Weight, Scalar Surprise) : IInnerOptimiser<MomentumWithDecay>
{
    /// <summary>One token.</summary>
    /// <param name="gradient">∇ℓ at the weights that the mini-batch started from.</param>
    /// <param name="rate">r.</param>
    /// <param name="momentum">m: 0 forgets all earlier steps.</param>
    /// <param name="decay">d: 0 keeps the weight, 1 forgets it.</param>
    public MomentumWithDecay Step(Scalar gradient, Scalar rate, Scalar momentum, Scalar decay)
    {
        var surprise = momentum * Surprise - rate * gradient;
        return new(Weight - decay * Weight + surprise, surprise);
    }
}
