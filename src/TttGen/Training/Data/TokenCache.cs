using TttGen.Checkpoints;
using TttGen.Text;

namespace TttGen.Training.Data;

/// <summary>Sources, tokenised once: a token file that is made anew where texts, tokenizer or split are others than those it was made from.</summary>
internal static class TokenCache
{
    // Bytes are tokens; no need to hold four for each of a large text.
    private const int BytesAPiece = 1 << 20;

    /// <summary>Opens the tokens of sources, tokenising them where the file does not have just these.</summary>
    /// <exception cref="TttException">A text can't be read, is not text, or changes meanwhile; or the file can't be written.</exception>
    public static (TokenFile File, IReadOnlyList<TokenisedSource> Sources) Open(
        string path, string identity, IReadOnlyList<TextSource> sources, IReadOnlyList<string> hashes, TokenizerIdentity tokenizer, decimal heldOut)
    {
        if (TokenFile.Open(path) is { } found)
        {
            if (TokenDescription.TryRead(found.Description, identity, found.Tokens) is { } described)
                return (found, described);
            found.Dispose();
        }
        try
        {
            using var files = new AtomicFiles();
            var writer = new TokenFileWriter(files.Create(path), tokenizer.Tokenizer.VocabularySize);
            var hash = hashes.GetEnumerator();
            var tokenised = sources.Select(source => Tokenise(source, hash, writer, tokenizer.Tokenizer, heldOut)).ToList();
            writer.Complete(TokenDescription.Write(identity, tokenised));
            files.Commit();
            return (TokenFile.Open(path) ?? throw new TttException($"{OneLine.Path(path)}: the tokens just written can't be read back; look after the disk"), tokenised);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{OneLine.Path(path)}: the tokens can't be written: {OneLine.Of(error.Message)}", error);
        }
    }

    private static TokenisedSource Tokenise(TextSource source, IEnumerator<string> hashes, TokenFileWriter writer, Tokenizer tokenizer, decimal heldOut)
    {
        var first = writer.Tokens;
        var kept = new List<byte[]>();
        foreach (var path in source.Files)
        {
            var file = TextFile.Read(path);
            hashes.MoveNext();
            if (file.Hash != hashes.Current)
                throw new TttException($"{OneLine.Path(path)}: changed while it was being read; start again once it is complete");
            file.RequireText(tokenizer);
            var split = file.Split(heldOut);
            foreach (var document in file.Documents(split, tokenizer))
            {
                writer.BeginDocument();
                Write(document.Span, writer, tokenizer);
            }
            kept.Add(file.HeldOut(split, tokenizer).ToArray());
        }
        var training = new TokenStream(first, writer.Tokens - first);
        return new TokenisedSource(training, [.. kept.Select(text => WriteHeldOut(text, writer, tokenizer))]);
    }

    private static TokenStream WriteHeldOut(ReadOnlySpan<byte> text, TokenFileWriter writer, Tokenizer tokenizer)
    {
        var first = writer.Tokens;
        Write(text, writer, tokenizer);
        return new TokenStream(first, writer.Tokens - first);
    }

    private static void Write(ReadOnlySpan<byte> text, TokenFileWriter writer, Tokenizer tokenizer)
    {
        var piece = ReferenceEquals(tokenizer, Tokenizer.Bytes) ? BytesAPiece : int.MaxValue;
        for (; !text.IsEmpty; text = text[Math.Min(piece, text.Length)..])
            writer.Write(tokenizer.EncodeBytes(text[..Math.Min(piece, text.Length)]));
    }
}
