using System.Security.Cryptography;
using TttGen.Checkpoints;
using TttGen.Text;

namespace TttGen.Training.Data;

/// <summary>A tokenizer, what tells it from others, and the files that go with a model that uses it.</summary>
public sealed class TokenizerIdentity
{
    private const string SentencePiece = "tokenizer.model", HuggingFace = "tokenizer.json", Settings = "tokenizer_config.json";

    // Contents, for the files may be gone when the training ends.
    private readonly IReadOnlyList<(string Name, byte[] Content)> _files;

    private TokenizerIdentity(Tokenizer tokenizer, string name, IReadOnlyList<(string Name, byte[] Content)> files) => (Tokenizer, Name, _files) = (tokenizer, name, files);

    /// <summary>A token a byte.</summary>
    public static TokenizerIdentity Bytes { get; } = new(Tokenizer.Bytes, "bytes", []);

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary><c>bytes</c>, or a hash of its files.</summary>
    public string Name { get; }

    /// <summary>Loads the tokenizer of a file or a checkpoint directory.</summary>
    /// <exception cref="TttException">There is none, or it has more tokens than the model.</exception>
    public static TokenizerIdentity Load(string directoryOrFile, int vocabulary)
    {
        var tokenizer = Tokenizer.Load(directoryOrFile);
        if (tokenizer.VocabularySize > vocabulary)
            throw new TttException($"{OneLine.Path(directoryOrFile)}: expected a tokenizer of at most {vocabulary} tokens, as many as the model has, found {tokenizer.VocabularySize}");
        if (ReferenceEquals(tokenizer, Tokenizer.Bytes))
            return Bytes;

        var path = Directory.Exists(directoryOrFile)
            ? new[] { SentencePiece, HuggingFace }.Select(name => Path.Combine(directoryOrFile, name)).First(File.Exists)
            : directoryOrFile;
        var content = File.ReadAllBytes(path);
        var name = content.AsSpan().TrimStart("\uFEFF \t\r\n"u8) is [(byte)'{', ..] ? HuggingFace : SentencePiece;
        var settings = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, Settings);
        List<(string Name, byte[] Content)> files = [(name, content)];
        if (File.Exists(settings))
            files.Add((Settings, File.ReadAllBytes(settings)));

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
            hash.AppendData(file.Content);
        return new TokenizerIdentity(tokenizer, Convert.ToHexStringLower(hash.GetHashAndReset()), files);
    }

    /// <summary>Writes the files beside a saved model, so that it can be used at once.</summary>
    internal void WriteTo(string directory)
    {
        using var copies = new AtomicFiles();
        foreach (var (name, content) in _files)
            copies.Create(Path.Combine(directory, name)).Write(content);
        copies.Commit();
    }
}
