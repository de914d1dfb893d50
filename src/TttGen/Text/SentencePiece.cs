using System.Globalization;

namespace TttGen.Text;

/// <summary>What a piece of a SentencePiece vocabulary is (sentencepiece_model.proto).</summary>
internal enum PieceKind
{
    Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6,
}

/// <summary>A token of a SentencePiece vocabulary.</summary>
/// <param name="Text">With U+2581 for a space.</param>
/// <param name="Score">The higher, the earlier it is merged.</param>
/// <param name="Kind">Of these, normal and user-defined ones are found in text.</param>
internal readonly record struct SentencePiece(string Text, float Score, PieceKind Kind)
{
    /// <summary>The byte that a piece written <c>&lt;0x0A&gt;</c> stands for.</summary>
    internal byte? Byte => Kind == PieceKind.Byte && Text.Length == 6 && Text.StartsWith("<0x", StringComparison.Ordinal) && Text[5] == '>'
        && byte.TryParse(Text.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value) ? value : null;
}
