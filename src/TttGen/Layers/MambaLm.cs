namespace TttGen.Layers;

/// <summary>
/// A language model of Mamba blocks, with parameters called as Hugging Face's <c>MambaForCausalLM</c> has them; its head is the table of its embedding. In a model it has the
/// key <c>/backbone</c>.
/// </summary>
/// <typeparam name="V">The vocabulary.</typeparam>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="Depth">How many blocks there are.</typeparam>
/// <typeparam name="B">The block.</typeparam>
/// <param name="Embeddings">The table, [V, D].</param>
/// <param name="Layers">The blocks.</param>
/// <param name="NormF">Before the head.</param>
[Layer]
public readonly partial record struct MambaLm<V, D, Depth, B>(Embedding<V, D> Embeddings, Stack<Depth, B, D> Layers, MambaNorm<D> NormF)
    where V : IDim where D : IDim where Depth : IDim where B : ILayer<B, D>
{
    /// <summary>Logits of the token after each of the given ones.</summary>
    public Logits<V> Apply(Tokens tokens) => Embeddings.Logits(NormF.Apply(Layers.Apply(Embeddings.Lookup(tokens))));
}
