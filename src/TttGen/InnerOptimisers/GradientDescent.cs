namespace TttGen.InnerOptimisers;

/// <summary>
/// The paper's own rule, θᵢ = θ − tok(i) Σ_{s ≤ i} rate(s) ∇ℓₛ, with a tok of each token and head. Where tok is a number a place of the mini-batch, as in the
/// paper, <see cref="PerHead{THeads, TModel}.Learn{TFeature, TMiniBatch}"/> is the same rule and keeps less: the sum alone.
/// </summary>
/// <param name="Weight">θᵢ.</param>
/// <param name="Sum">Σ rate(s) ∇ℓₛ over the mini-batch's tokens so far.</param>
/// <param name="Moved">θᵢ − θ: how far the mini-batch has moved the weight.</param>
[InnerOptimiser]
public readonly partial record struct GradientDescent(Scalar Weight, Scalar Sum, Scalar Moved) : IInnerOptimiser<GradientDescent>
{
    /// <summary>One token.</summary>
    /// <param name="gradient">∇ℓ at θ.</param>
    /// <param name="rate">The weight of the token's gradient in the sum.</param>
    /// <param name="tok">What the sum is scaled by at this token.</param>
    public GradientDescent Step(Scalar gradient, Scalar rate, Scalar tok)
    {
        var sum = Sum + rate * gradient;
        var moved = -tok * sum;
        return new(Weight - Moved + moved, sum, moved);
    }

    /// <summary>The next mini-batch starts from the last weight, with a sum of zero.</summary>
    public GradientDescent Close() => new(Weight, 0, 0);
}
