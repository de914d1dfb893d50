namespace TttGen.Layers;

/// <summary>
/// One block after another as a block of its own: what a <see cref="Stack{TDepth, TBlock, TWidth}"/> of unlike blocks repeats. Three layers of TTT to one of attention are
/// <c>Sequential&lt;D, Sequential&lt;D, T, T&gt;, Sequential&lt;D, T, A&gt;&gt;</c>.
/// </summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="A">The first block.</typeparam>
/// <typeparam name="B">The second.</typeparam>
/// <param name="First">The first block.</param>
/// <param name="Second">The second.</param>
[Layer, Config("model_type", "hybrid")]
public readonly partial record struct Sequential<D, A, B>(A First, B Second)
    : ILayer<Sequential<D, A, B>, D> where D : IDim where A : ILayer<A, D> where B : ILayer<B, D>
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x) => Second.Apply(First.Apply(x));
}
