namespace TttGen.Inference;

/// <summary>Numbers in pieces: spans, and bytes of spans, have int lengths; states may not.</summary>
internal static unsafe class NumberPieces
{
    private const int Piece = 1 << 20;

    /// <summary>Hands numbers over, piece by piece.</summary>
    internal static void Read(float* from, long count, Action<ReadOnlySpan<float>> put)
    {
        for (long at = 0; at < count; at += Piece) put(new ReadOnlySpan<float>(from + at, (int)Math.Min(Piece, count - at)));
    }

    /// <summary>Has room for numbers filled, piece by piece.</summary>
    internal static void Write(float* to, long count, Action<Span<float>> get)
    {
        for (long at = 0; at < count; at += Piece) get(new Span<float>(to + at, (int)Math.Min(Piece, count - at)));
    }
}
