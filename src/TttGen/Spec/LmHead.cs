namespace TttGen;

/// <summary>An output head of its own, [vocabulary, width]; its key is <c>lm_head.weight</c> wherever it stands.</summary>
/// <typeparam name="TWidth">Elements of a row.</typeparam>
/// <typeparam name="TVocabulary">How many tokens there are.</typeparam>
public readonly struct LmHead<[Config("hidden_size")] TWidth, [Config("vocab_size")] TVocabulary> where TWidth : IDim where TVocabulary : IDim
{
    private readonly double[] _weight;

    /// <summary>A matrix of these numbers, [vocabulary, width].</summary>
    /// <exception cref="ArgumentException">Not as many as the dimensions have.</exception>
    public LmHead(double[] weight)
    {
        Shape.Check("an output head", weight.Length, TVocabulary.Size, TWidth.Size);
        _weight = weight;
    }

    /// <summary>The numbers, [vocabulary, width].</summary>
    public ReadOnlySpan<double> Weight => _weight;

    /// <summary>The scores of every token.</summary>
    [Operation]
    public Logits<TVocabulary> Logits(Seq<TWidth> x) => new(RowProduct.Of(x.Items, _weight, TWidth.Size, TVocabulary.Size));
}
