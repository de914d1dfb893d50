namespace TttGen;

/// <summary>Answers an inner model, which asks for vectors, matrices, settings and inner specs only.</summary>
internal abstract class InnerModelBinder : IParameterBinder
{
    public Vec<N> Vec<N>(string key, int unitAxis, bool slow, bool shared) where N : IDim => new(Items(key, [N.Size], slow, shared, unitAxis));

    public Mat<N, M> Mat<N, M>(string key, int unitAxis, bool slow, bool shared) where N : IDim where M : IDim =>
        new(Items(key, [N.Size, M.Size], slow, shared, unitAxis));

    public Linear<D, N> Linear<D, N>(string key, int unitAxis) where D : IDim where N : IDim => throw Foreign(key, "Linear", "Mat");

    public Embedding<V, D> Embedding<V, D>(string key) where V : IDim where D : IDim => throw Foreign(key, "Embedding", "Mat");

    public LmHead<D, V> LmHead<D, V>() where D : IDim where V : IDim => throw Foreign(KeyPath.LmHead, "LmHead", "Mat");

    public PerHead<H, M> PerHead<H, M>(string key) where H : IDim where M : ISpec<M> => throw Foreign(key, "PerHead", "the inner model itself");

    public Stack<N, TBlock, D> Stack<N, TBlock, D>(string key) where N : IDim where TBlock : ILayer<TBlock, D> where D : IDim => throw Foreign(key, "Stack", "Mat");

    public abstract double Setting(string key, double fallback);

    public abstract TSpec Spec<TSpec>(string key) where TSpec : ISpec<TSpec>;

    protected abstract Scalar[] Items(string key, int[] own, bool slow, bool shared, int unitAxis);

    private static TttException Foreign(string key, string kind, string instead) =>
        new($"{key}: expected a Vec, Mat or setting in an inner model, found {kind}, which belongs to layers; use {instead}");
}
