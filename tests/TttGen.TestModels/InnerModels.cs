using static TttGen.Ops;

namespace TttGen.Numerics.Tests;

/// <summary>Odd sizes, so that no kernel's tail goes untested.</summary>
[Dim(6)] public readonly partial struct Six : IDim;

[Dim(10)] public readonly partial struct Ten : IDim;

[Dim(16)] public readonly partial struct Sixteen : IDim;

/// <summary>The low rank of <see cref="LowRankMemory{F, R}"/>.</summary>
[Dim(3)] public readonly partial struct Three : IDim;

/// <summary>A mini-batch that is no power of two.</summary>
[Dim(5)] public readonly partial struct Five : IDim;

/// <summary>A mini-batch of one token: online gradient descent.</summary>
[Dim(1)] public readonly partial struct One : IDim;

/// <summary>f(x) = x + LN((silu(x G) ⊙ x U) D), all three matrices fast.</summary>
[InnerModel]
public readonly partial record struct SwiGluMemory<F, M>(Mat<F, M> Gate, Mat<F, M> Up, Mat<M, F> Down, [Slow] Vec<F> Scale, [Slow] Vec<F> Shift)
    : IInnerModel<SwiGluMemory<F, M>, F> where F : IDim where M : IDim
{
    public Vec<F> Predict(Vec<F> x) => x + (Silu(x * Gate) * (x * Up) * Down).LayerNorm(Scale, Shift);
    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Predict(key) - value);
}

/// <summary>Three layers with a residual inside; the norm's scale is fast, its shift slow and shared.</summary>
[InnerModel]
public readonly partial record struct ThreeLayerMemory<F, M>(
    Mat<F, M> W1, Vec<M> B1, Mat<M, M> W2, Vec<M> B2, Mat<M, F> W3, Vec<F> Scale, [Slow, Shared] Vec<F> Shift)
    : IInnerModel<ThreeLayerMemory<F, M>, F> where F : IDim where M : IDim
{
    public Vec<F> Predict(Vec<F> x)
    {
        var first = Gelu(x * W1 + B1);
        var second = first + Tanh(first * W2 + B2);
        return (second * W3).LayerNorm(Scale, Shift);
    }

    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Predict(key) - value);
}

/// <summary>f(x) = x + LN((x A) B): a matrix of rank R.</summary>
[InnerModel]
public readonly partial record struct LowRankMemory<F, R>(Mat<F, R> A, Mat<R, F> B, [Slow] Vec<F> Scale, [Slow] Vec<F> Shift)
    : IInnerModel<LowRankMemory<F, R>, F> where F : IDim where R : IDim
{
    public Vec<F> Predict(Vec<F> x) => x + (x * A * B).LayerNorm(Scale, Shift);
    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Predict(key) - value);
}

/// <summary>f(x) = x W and nothing else: the delta rule, and linear attention where only the first step counts.</summary>
[InnerModel]
public readonly partial record struct DeltaMemory<F>(Mat<F, F> W) : IInnerModel<DeltaMemory<F>, F> where F : IDim
{
    public Vec<F> Predict(Vec<F> x) => x * W;
    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Predict(key) - value);
}

/// <summary>f(x) = γ ⊙ tanh(x W + b), γ fast: an elementwise use.</summary>
[InnerModel]
public readonly partial record struct ScaledMemory<F>(Mat<F, F> W, Vec<F> B, Vec<F> Gain) : IInnerModel<ScaledMemory<F>, F> where F : IDim
{
    public Vec<F> Predict(Vec<F> x) => Gain * Tanh(x * W + B);
    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Predict(key) - value);
}

/// <summary>A tied auto-encoder, W used twice, once transposed, with a loss that is not the prediction's own and slow weights that heads share.</summary>
[InnerModel]
public readonly partial record struct TiedMemory<F, M>(Mat<F, M> W, Vec<M> B, [Slow, Shared] Mat<F, F> Read)
    : IInnerModel<TiedMemory<F, M>, F> where F : IDim where M : IDim
{
    private Vec<M> Code(Vec<F> x) => Silu(x * W + B);
    public Vec<F> Predict(Vec<F> x) => x * Read + Code(x) * Transpose(W);
    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Code(key) * W.Transpose() - value) + 0.01f * SquaredNorm(Code(key));
}

/// <summary>A fast vector used in a way that is not linear.</summary>
[InnerModel]
public readonly partial record struct GainMemory<F>(Mat<F, F> W, Vec<F> Gain) : IInnerModel<GainMemory<F>, F> where F : IDim
{
    public Vec<F> Predict(Vec<F> x) => x + Softplus(Gain) * Tanh(x * W);
    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Predict(key) - value);
}

/// <summary>A fast matrix used in a way that is not linear.</summary>
[InnerModel]
public readonly partial record struct SquashedMemory<F>(Mat<F, F> W, Vec<F> B) : IInnerModel<SquashedMemory<F>, F> where F : IDim
{
    public Vec<F> Predict(Vec<F> x) => x + (x * Tanh(W) + B);
    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Predict(key) - value);
}
