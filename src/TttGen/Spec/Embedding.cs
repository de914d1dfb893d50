namespace TttGen;

/// <summary>A vector for each token of the vocabulary, [vocabulary, width]; its transpose serves as a tied head.</summary>
/// <typeparam name="TVocabulary">How many tokens there are.</typeparam>
/// <typeparam name="TWidth">Elements of a row.</typeparam>
public readonly struct Embedding<[Config("vocab_size")] TVocabulary, [Config("hidden_size")] TWidth> where TVocabulary : IDim where TWidth : IDim
{
    private readonly double[] _weight;

    /// <summary>A table of these numbers, [vocabulary, width].</summary>
    /// <exception cref="ArgumentException">Not as many as the dimensions have.</exception>
    public Embedding(double[] weight)
    {
        Shape.Check("an embedding", weight.Length, TVocabulary.Size, TWidth.Size);
        _weight = weight;
    }

    /// <summary>The numbers, [vocabulary, width].</summary>
    public ReadOnlySpan<double> Weight => _weight;

    /// <summary>The vectors of tokens.</summary>
    /// <exception cref="TttException">An id outside the vocabulary.</exception>
    [Operation]
    public Seq<TWidth> Lookup(Tokens tokens)
    {
        var rows = new double[tokens.Ids.Length * TWidth.Size];
        for (var t = 0; t < tokens.Ids.Length; t++)
        {
            var id = tokens.Ids[t];
            if (id < 0 || id >= TVocabulary.Size) throw new TttException($"token {t}: expected an id from 0 to {TVocabulary.Size - 1}, found {id}");
            _weight.AsSpan(id * TWidth.Size, TWidth.Size).CopyTo(rows.AsSpan(t * TWidth.Size));
        }
        return new(rows);
    }

    /// <summary>The scores of every token by the same table (<c>tie_word_embeddings</c>): x · Eᵀ.</summary>
    [Operation]
    public Logits<TVocabulary> Logits(Seq<TWidth> x) => new(RowProduct.Of(x.Items, _weight, TWidth.Size, TVocabulary.Size));
}
