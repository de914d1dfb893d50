using TttGen;
using static TttGen.Ops;

namespace NewInnerModel;

/// <summary>A gated memory: f(x) = x + LN((silu(x Gate) ⊙ x Up) Down). All three matrices learn while it reads.</summary>
[InnerModel]
public readonly partial record struct SwiGluMemory<F, M>(Mat<F, M> Gate, Mat<F, M> Up, Mat<M, F> Down, [Slow] Vec<F> Scale, [Slow] Vec<F> Shift)
    : IInnerModel<SwiGluMemory<F, M>, F> where F : IDim where M : IDim
{
    public Vec<F> Predict(Vec<F> x) => x + (Silu(x * Gate) * (x * Up) * Down).LayerNorm(Scale, Shift);
    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Predict(key) - value);
}

/// <summary>A deeper one: three layers, the middle one with a residual of its own.</summary>
[InnerModel]
public readonly partial record struct ThreeLayerMemory<F, M>(
    Mat<F, M> W1, Vec<M> B1, Mat<M, M> W2, Vec<M> B2, Mat<M, F> W3, Vec<F> B3, [Slow] Vec<F> Scale, [Slow] Vec<F> Shift)
    : IInnerModel<ThreeLayerMemory<F, M>, F> where F : IDim where M : IDim
{
    public Vec<F> Predict(Vec<F> x)
    {
        var first = Gelu(x * W1 + B1);
        var second = first + Gelu(first * W2 + B2);
        return x + (second * W3 + B3).LayerNorm(Scale, Shift);
    }

    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Predict(key) - value);
}
