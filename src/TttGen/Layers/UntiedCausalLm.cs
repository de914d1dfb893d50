namespace TttGen.Layers;

/// <summary>As <see cref="CausalLm{V, D, N, B}"/>, with an output head that is not the embedding.</summary>
/// <typeparam name="V">The vocabulary.</typeparam>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="N">How many blocks there are.</typeparam>
/// <typeparam name="B">The block.</typeparam>
/// <param name="EmbedTokens">The table, [V, D].</param>
/// <param name="Layers">The blocks.</param>
/// <param name="Norm">Before the head.</param>
/// <param name="Head">The head, [V, D].</param>
[Layer]
public readonly partial record struct UntiedCausalLm<V, D, N, B>(Embedding<V, D> EmbedTokens, Stack<N, B, D> Layers, RmsNorm<D> Norm, LmHead<D, V> Head)
    where V : IDim where D : IDim where N : IDim where B : ILayer<B, D>
{
    /// <summary>Logits of the token after each of the given ones.</summary>
    public Logits<V> Apply(Tokens tokens) => Head.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}
