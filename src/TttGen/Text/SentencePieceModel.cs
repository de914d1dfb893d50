using System.Text;

namespace TttGen.Text;

/// <summary>A BPE vocabulary, SentencePiece's or of its kind, ready for encoding and decoding.</summary>
internal sealed class SentencePieceModel
{
    /// <summary>What SentencePiece writes for a space.</summary>
    internal const char Space = '\u2581';

    private readonly PrefixTree _userDefined = new();

    /// <param name="pieces">By id.</param>
    /// <param name="settings">The rest.</param>
    /// <param name="name">The file, for errors.</param>
    /// <param name="ranks">The order of merges, where it is not that of scores.</param>
    /// <param name="coversAll">Every text is made of pieces, so that nothing is unknown: those of a byte-level alphabet.</param>
    /// <exception cref="TttException">The pieces can't be a vocabulary.</exception>
    internal SentencePieceModel(IReadOnlyList<SentencePiece> pieces, SentencePieceSettings settings, string name, Dictionary<(int Left, int Right), int>? ranks = null, bool coversAll = false)
    {
        (Pieces, Settings, Ranks) = (pieces, settings, ranks);
        UnknownId = -1;
        int[] bytes = new int[256];
        var missing = new HashSet<int>(Enumerable.Range(0, 256));
        for (int id = 0; id < pieces.Count; id++)
        {
            SentencePiece piece = pieces[id];
            switch (piece.Kind)
            {
                case PieceKind.Unknown: UnknownId = id; break;
                case PieceKind.Byte:
                    byte value = piece.Byte ?? throw Damaged(name, id, "expected a byte, written like <0x0A>");
                    if (!missing.Remove(value)) throw Damaged(name, id, "found twice, expected once");
                    bytes[value] = id;
                    break;
                case PieceKind.Normal or PieceKind.UserDefined:
                    if (!Ids.TryAdd(piece.Text, id)) throw Damaged(name, id, "found twice, expected once");
                    if (!float.IsFinite(piece.Score)) throw Damaged(name, id, "expected a finite score");
                    LongestPiece = Math.Max(LongestPiece, piece.Text.Length);
                    if (piece.Kind == PieceKind.UserDefined && piece.Text.Length > 0) _userDefined.Add(piece.Text, id);
                    for (int i = 1; i < piece.Text.Length; i++) PiecesCrossWords |= piece.Text[i] == Space && piece.Text[i - 1] != Space;
                    break;
                case PieceKind.Unused: throw new TttException($"{name}: a SentencePiece model with unused pieces, expected one without; it is not supported");
            }
        }

        if (UnknownId < 0 && !settings.HasByteFallback && !coversAll) throw new TttException($"{name}: expected a piece for what is unknown, found none; the file is damaged");
        if (settings.HasByteFallback && missing.Count > 0) throw new TttException($"{name}: expected a piece for every byte, found none for {missing.Count} of them; the file is damaged");
        ByteIds = settings.HasByteFallback ? bytes : null;
    }

    internal IReadOnlyList<SentencePiece> Pieces { get; }

    internal SentencePieceSettings Settings { get; }

    /// <summary>Which pairs may be merged, and the order; null: any whose join is a piece, by its score.</summary>
    internal Dictionary<(int Left, int Right), int>? Ranks { get; }

    /// <summary>Ids of the pieces that are found in text.</summary>
    internal Dictionary<string, int> Ids { get; } = new(StringComparer.Ordinal);

    /// <summary>The ids that spell out an unknown character; null where it becomes <see cref="UnknownId"/>.</summary>
    internal int[]? ByteIds { get; }

    internal int UnknownId { get; }

    /// <summary>Characters in the longest piece.</summary>
    internal int LongestPiece { get; }

    /// <summary>Whether some piece holds a space after something else.</summary>
    internal bool PiecesCrossWords { get; }

    /// <summary>Length of the longest user-defined piece that the text begins with, or 0.</summary>
    internal int UserDefinedLength(ReadOnlySpan<char> text) => _userDefined.Longest(text).Length;

    /// <summary>What a piece stands for in text.</summary>
    internal byte[] BytesOf(int id) => Pieces[id].Kind switch
    {
        PieceKind.Control => [],
        PieceKind.Unknown => Encoding.UTF8.GetBytes(Settings.UnknownSurface),
        PieceKind.Byte => [Pieces[id].Byte!.Value],
        _ => Encoding.UTF8.GetBytes(Pieces[id].Text.Replace(Space, ' ')),
    };

    private static TttException Damaged(string name, int id, string what) => new($"{name}: piece {id}: {what}; the file is damaged");
}
