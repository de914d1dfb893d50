using static TttGen.Ops;

namespace TttGen.InnerModels;

/// <summary>
/// TTT-MLP (arXiv 2407.04620, section 2.7): f(x) = x + LN(gelu(x W₁ + b₁) W₂ + b₂), trained to give v for k. The paper has M = 4 F.
/// </summary>
/// <typeparam name="F">The size of keys, values and queries.</typeparam>
/// <typeparam name="M">The size of the hidden layer.</typeparam>
/// <param name="W1">Fast, [F, M].</param>
/// <param name="B1">Fast, [M].</param>
/// <param name="W2">Fast, [M, F].</param>
/// <param name="B2">Fast, [F].</param>
/// <param name="Scale">Of the norm, [F].</param>
/// <param name="Shift">Of the norm, [F].</param>
[InnerModel, Config("ttt_layer_type", "mlp"), Config("ttt_base_lr", 0.1)]
public readonly partial record struct MlpMemory<F, M>(
    [Key("W1")] Mat<F, M> W1, [Key("b1", UnitAxis = 1)] Vec<M> B1, [Key("W2")] Mat<M, F> W2, [Key("b2", UnitAxis = 1)] Vec<F> B2,
    [Slow, Key("ttt_norm_weight")] Vec<F> Scale, [Slow, Key("ttt_norm_bias")] Vec<F> Shift)
    : IInnerModel<MlpMemory<F, M>, F> where F : IDim where M : IDim
{
    /// <inheritdoc/>
    public Vec<F> Predict(Vec<F> x) => x + (Gelu(x * W1 + B1) * W2 + B2).LayerNorm(Scale, Shift);

    /// <inheritdoc/>
    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Predict(key) - value);
}
