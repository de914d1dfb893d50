using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using TttGen.Checkpoints;
using TttGen.Text;

namespace TttGen.Training.Data;

/// <summary>A text file's bytes, and what tells whether it is still the same.</summary>
internal sealed record TextFile(string Path, byte[] Bytes)
{
    private const byte FormFeed = 0x0C;

    /// <summary>SHA-256, in hexadecimal.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Bytes));

    public static TextFile Read(string path)
    {
        try
        {
            // Texts are read more than once, which a pipe can't be.
            using var from = InputFile.Open(path);
            if (from.Length > Array.MaxLength)
                throw new TttException($"{OneLine.Path(path)}: expected at most {Array.MaxLength} bytes, found {from.Length}; split the text into several files");
            var bytes = new byte[from.Length];
            from.ReadExactly(bytes);
            return new TextFile(path, bytes);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TttException($"{OneLine.Path(path)}: expected a text file, found nothing there", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{OneLine.Path(path)}: can't be read: {OneLine.Of(error.Message)}", error);
        }
    }

    /// <summary>Where the held-out part begins: ⌊(1 − share) n⌋.</summary>
    public int Split(decimal heldOut) => (int)((1 - heldOut) * Bytes.Length);

    /// <summary>Makes sure that a tokenizer of text can read it.</summary>
    /// <exception cref="TttException">A zero byte, or bytes that are not UTF-8.</exception>
    public void RequireText(Tokenizer tokenizer)
    {
        if (ReferenceEquals(tokenizer, Tokenizer.Bytes))
            return;
        var bytes = Bytes.AsSpan();
        if (bytes.IndexOf((byte)0) is var zero and >= 0)
            throw new TttException($"{OneLine.Path(Path)}: expected text, found a zero byte at {zero}; binary data needs a model of bytes");
        for (var i = 0; i < bytes.Length;)
        {
            if (Rune.DecodeFromUtf8(bytes[i..], out _, out var length) != OperationStatus.Done)
                throw new TttException($"{OneLine.Path(Path)}: expected UTF-8, found byte 0x{bytes[i]:X2} at {i}; convert it, for example with iconv -t UTF-8, or use a model of bytes");
            i += length;
        }
    }

    /// <summary>The training part's documents; each ends with its form feed, but the last.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Documents(int split, Tokenizer tokenizer)
    {
        // A split within a character leaves that character to neither part.
        while (!ReferenceEquals(tokenizer, Tokenizer.Bytes) && split > 0 && split < Bytes.Length && IsContinuation(Bytes[split]))
            split--;
        for (var first = 0; first < split;)
        {
            var length = Bytes.AsSpan(first, split - first).IndexOf(FormFeed) is var found and >= 0 ? found + 1 : split - first;
            yield return Bytes.AsMemory(first, length);
            first += length;
        }
    }

    /// <summary>The held-out part, as <c>eval --held-out</c> reads it.</summary>
    public ReadOnlyMemory<byte> HeldOut(int split, Tokenizer tokenizer)
    {
        while (!ReferenceEquals(tokenizer, Tokenizer.Bytes) && split < Bytes.Length && IsContinuation(Bytes[split]))
            split++;
        return Bytes.AsMemory(split);
    }

    private static bool IsContinuation(byte one) => (one & 0xC0) == 0x80;
}
