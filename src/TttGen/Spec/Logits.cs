namespace TttGen;

/// <summary>What a model says of the token after each: unnormalised log-probabilities, [tokens, vocabulary], float64.</summary>
/// <typeparam name="TVocabulary">How many tokens there are to choose from.</typeparam>
public readonly struct Logits<TVocabulary> where TVocabulary : IDim
{
    private readonly double[] _items;

    /// <summary>Rows of these numbers, one row after another.</summary>
    /// <exception cref="ArgumentException">No whole rows.</exception>
    public Logits(double[] items)
    {
        Rows = Shape.Rows("logits", items.Length, TVocabulary.Size);
        _items = items;
    }

    /// <summary>Tokens read.</summary>
    public int Rows { get; }

    /// <summary>The numbers, row by row.</summary>
    public ReadOnlySpan<double> Items => _items;

    /// <summary>The scores of the token after the given one.</summary>
    public ReadOnlySpan<double> Row(int row) => _items.AsSpan(row * TVocabulary.Size, TVocabulary.Size);
}
