namespace TttGen.Inference;

/// <summary>What a model says of the token that comes next.</summary>
/// <param name="Nats">−log of the probability that it gives to the token that did come: NaN where a logit is NaN or +∞ or all are −∞, ∞ where the token's own is −∞.</param>
/// <param name="Greatest">The likeliest token, of equally likely ones the lowest; −1 where <paramref name="Nats"/> is NaN.</param>
public readonly record struct TokenScore(double Nats, int Greatest);
