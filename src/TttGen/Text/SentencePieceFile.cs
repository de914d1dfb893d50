using System.Text;
using System.Text.Unicode;

namespace TttGen.Text;

/// <summary>Reads SentencePiece model files (sentencepiece_model.proto).</summary>
internal static class SentencePieceFile
{
    private static readonly string[] ModelTypes = ["", "unigram", "bpe", "word", "char"];

    /// <summary>The model; null where the bytes are none.</summary>
    /// <exception cref="TttException">It is one, damaged or of a kind that is not supported.</exception>
    internal static SentencePieceModel? TryRead(ReadOnlySpan<byte> content, string name)
    {
        var pieces = new List<SentencePiece>();
        var settings = new SentencePieceSettings();
        var message = new ProtocolBuffer(content);
        while (message.Next())
        {
            if (message.Field is < 1 or > 3) continue;
            bool whole = message.IsBytes && message.Field switch
            {
                1 => TryReadPiece(message.Bytes, pieces),
                2 => TryReadTrainer(message.Bytes, settings),
                _ => TryReadNormalizer(message.Bytes, settings),
            };
            if (!whole) return null;
        }

        if (message.Broken || pieces.Count == 0) return null;
        return settings.Unsupported is { } found
            ? throw new TttException($"{name}: a SentencePiece model with {found}; it is not supported")
            : new SentencePieceModel(pieces, settings, name);
    }

    private static bool TryReadPiece(ReadOnlySpan<byte> bytes, List<SentencePiece> pieces)
    {
        string text = "";
        float score = 0;
        ulong kind = (ulong)PieceKind.Normal;
        var field = new ProtocolBuffer(bytes);
        while (field.Next())
        {
            switch (field.Field)
            {
                case 1 when Utf8.IsValid(field.Bytes): text = Encoding.UTF8.GetString(field.Bytes); break;
                case 2: score = BitConverter.UInt32BitsToSingle((uint)field.Number); break;
                case 3: kind = field.Number; break;
            }
        }

        pieces.Add(new SentencePiece(text, score, (PieceKind)kind));
        return !field.Broken && text.Length > 0 && kind is >= (ulong)PieceKind.Normal and <= (ulong)PieceKind.Byte;
    }

    private static bool TryReadTrainer(ReadOnlySpan<byte> bytes, SentencePieceSettings settings)
    {
        var field = new ProtocolBuffer(bytes);
        while (field.Next())
        {
            switch (field.Field)
            {
                case 3: settings.ModelType = field.Number < (ulong)ModelTypes.Length ? ModelTypes[field.Number] : "unknown"; break;
                case 24: settings.PutsSpacesLast = field.Number != 0; break;
                case 35: settings.HasByteFallback = field.Number != 0; break;
                case 41: settings.BeginId = (int)field.Number; break;
                case 42: settings.EndId = (int)field.Number; break;
                case 44: settings.UnknownSurface = Encoding.UTF8.GetString(field.Bytes); break;
            }
        }

        return !field.Broken;
    }

    private static bool TryReadNormalizer(ReadOnlySpan<byte> bytes, SentencePieceSettings settings)
    {
        var field = new ProtocolBuffer(bytes);
        while (field.Next())
        {
            switch (field.Field)
            {
                case 2: settings.HasCharacterMap = !field.Bytes.IsEmpty; break;
                case 3: settings.AddsDummyPrefix = field.Number != 0; break;
                case 4: settings.RemovesExtraSpaces = field.Number != 0; break;
                case 5: settings.EscapesSpaces = field.Number != 0; break;
            }
        }

        return !field.Broken;
    }
}
