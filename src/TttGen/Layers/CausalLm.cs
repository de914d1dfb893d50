namespace TttGen.Layers;

/// <summary>A language model's body: tokens are looked up, blocks follow one another, and after a norm the same table scores the next token (a tied head).</summary>
/// <typeparam name="V">The vocabulary.</typeparam>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="N">How many blocks there are.</typeparam>
/// <typeparam name="B">The block, for example a <see cref="TransformerBlock{D, H, F, K, N, M}"/>.</typeparam>
/// <param name="EmbedTokens">The table, [V, D].</param>
/// <param name="Layers">The blocks.</param>
/// <param name="Norm">Before the head.</param>
[Layer]
public readonly partial record struct CausalLm<V, D, N, B>(Embedding<V, D> EmbedTokens, Stack<N, B, D> Layers, RmsNorm<D> Norm)
    where V : IDim where D : IDim where N : IDim where B : ILayer<B, D>
{
    /// <summary>Logits of the token after each of the given ones.</summary>
    public Logits<V> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}
