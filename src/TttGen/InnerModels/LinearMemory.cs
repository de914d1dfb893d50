using static TttGen.Ops;

namespace TttGen.InnerModels;

/// <summary>
/// TTT-Linear (arXiv 2407.04620, section 2.7): f(x) = x + LN(x W₁ + b₁), trained to give v for k. With LN(x W₁ + b₁) = f(x) − x, its loss
/// ½‖f(k) − v‖² is the reference code's ½‖LN(k W₁ + b₁) − (v − k)‖².
/// </summary>
/// <typeparam name="F">The size of keys, values and queries.</typeparam>
/// <param name="W1">Fast, [F, F].</param>
/// <param name="B1">Fast, [F].</param>
/// <param name="Scale">Of the norm, [F].</param>
/// <param name="Shift">Of the norm, [F].</param>
[InnerModel, Config("ttt_layer_type", "linear")]
public readonly partial record struct LinearMemory<F>(
    [Key("W1")] Mat<F, F> W1, [Key("b1", UnitAxis = 1)] Vec<F> B1,
    [Slow, Key("ttt_norm_weight")] Vec<F> Scale, [Slow, Key("ttt_norm_bias")] Vec<F> Shift)
    : IInnerModel<LinearMemory<F>, F> where F : IDim
{
    /// <inheritdoc/>
    public Vec<F> Predict(Vec<F> x) => x + (x * W1 + B1).LayerNorm(Scale, Shift);

    /// <inheritdoc/>
    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Predict(key) - value);
}
