namespace TttGen.Text;

/// <summary>What a SentencePiece model file says beside its pieces, with the defaults of sentencepiece_model.proto.</summary>
internal sealed class SentencePieceSettings
{
    internal string ModelType { get; set; } = "unigram";

    internal int BeginId { get; set; } = 1;

    internal int EndId { get; set; } = 2;

    internal string UnknownSurface { get; set; } = " \u2047 ";

    internal bool HasByteFallback { get; set; }

    internal bool PutsSpacesLast { get; set; }

    internal bool AddsDummyPrefix { get; set; } = true;

    internal bool RemovesExtraSpaces { get; set; } = true;

    internal bool EscapesSpaces { get; set; } = true;

    internal bool HasCharacterMap { get; set; }

    /// <summary>What the encoder does not do and this model asks for; null where there is nothing.</summary>
    internal string? Unsupported => ModelType != "bpe" ? $"type {ModelType}, expected bpe"
        : HasCharacterMap ? "a normalisation table, expected none"
        : RemovesExtraSpaces ? "remove_extra_whitespaces, expected none"
        : !EscapesSpaces ? "escape_whitespaces false, expected true"
        : PutsSpacesLast ? "treat_whitespace_as_suffix, expected none"
        : null;
}
