using TttGen.Inference.Sampling;

namespace TttGen.Inference;

/// <summary>What a call wants of the rows that it reads: one of these.</summary>
internal readonly ref struct WantedRows
{
    /// <summary>[sequences, vocabulary]: logits of each one's last row.</summary>
    internal Span<float> Logits { get; init; }

    /// <summary>Takes logits of every row.</summary>
    internal LogitsConsumer? Consumer { get; init; }

    /// <summary>[rows]: the tokens that every row is scored for, in <see cref="Scores"/>.</summary>
    internal ReadOnlySpan<int> Targets { get; init; }

    /// <summary>[rows]; empty where none are wanted.</summary>
    internal Span<TokenScore> Scores { get; init; }

    /// <summary>[sequences]: who draws each one's next token.</summary>
    internal TokenDraws Draws { get; init; }

    /// <summary>Whether every row is wanted, or the last of each sequence.</summary>
    internal bool Every => Consumer is not null || !Scores.IsEmpty;
}

/// <summary>Who draws the next token of each of several sequences.</summary>
internal readonly ref struct TokenDraws
{
    /// <summary>[sequences].</summary>
    internal ReadOnlySpan<Sampler> Samplers { get; init; }

    /// <summary>[sequences], or none.</summary>
    internal ReadOnlySpan<ReadOnlyMemory<int>> Histories { get; init; }

    /// <summary>That of a sequence which is alone; else empty.</summary>
    internal ReadOnlySpan<int> OnlyHistory { get; init; }

    /// <summary>[sequences]: what they draw.</summary>
    internal Span<int> Next { get; init; }

    /// <summary>What a sequence's repetition penalty is for.</summary>
    internal ReadOnlySpan<int> History(int sequence) => Histories.IsEmpty ? OnlyHistory : Histories[sequence].Span;
}
