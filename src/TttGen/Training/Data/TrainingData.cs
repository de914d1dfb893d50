using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TttGen.Checkpoints;

namespace TttGen.Training.Data;

/// <summary>Tokenised texts: the parts to learn from and the parts held out.</summary>
public sealed class TrainingData : IDisposable
{
    private readonly IReadOnlyList<TokenisedSource> _tokenised;

    private TrainingData(IReadOnlyList<TextSource> sources, TokenizerIdentity tokenizer, string identity, TokenFile file, IReadOnlyList<TokenisedSource> tokenised)
    {
        (Sources, Tokenizer, File, _tokenised) = (sources, tokenizer, file, tokenised);
        var weights = string.Join(' ', sources.Select(static source => source.Weight.ToString("R", CultureInfo.InvariantCulture)));
        Identity = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{identity}weights {weights}")));
    }

    /// <summary>Where the texts came from.</summary>
    public IReadOnlyList<TextSource> Sources { get; }

    /// <summary>What the tokens mean.</summary>
    public TokenizerIdentity Tokenizer { get; }

    /// <summary>A hash of tokenizer, texts, split and weights: the same data, the same identity, wherever it lies.</summary>
    public string Identity { get; }

    /// <summary>Tokens to learn from.</summary>
    public long TrainingTokens => _tokenised.Sum(static source => source.Training.Count);

    /// <summary>All tokens.</summary>
    internal TokenFile File { get; }

    /// <summary>Reads texts into a token file, or finds them there.</summary>
    /// <param name="cache">The token file.</param>
    /// <param name="sources">What to learn from.</param>
    /// <param name="tokenizer">Turns text into tokens.</param>
    /// <param name="heldOut">Share of each file's bytes, at its end, that is not learnt from: 0 … less than 1.</param>
    /// <exception cref="TttException">A text is missing, is not text, or changes meanwhile; the token file can't be written.</exception>
    public static TrainingData Open(string cache, IReadOnlyList<TextSource> sources, TokenizerIdentity tokenizer, decimal heldOut)
    {
        var identity = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"tokenizer {tokenizer.Name}\nheld out {heldOut:G29}\n"));
        var hashes = new List<string>();
        if (sources.GroupBy(static source => source.Path).FirstOrDefault(static same => same.Count() > 1) is { } twice)
            throw new TttException($"{OneLine.Path(twice.Key)}: expected each text once, found it {twice.Count()} times; to draw from it more often, give it a weight: {OneLine.Path(twice.Key)}*2");
        foreach (var source in sources)
        {
            identity.Append("source\n");
            foreach (var path in source.Files)
            {
                var file = TextFile.Read(path);
                hashes.Add(file.Hash);
                identity.Append(CultureInfo.InvariantCulture, $"{file.Bytes.Length} {hashes[^1]} {source.NameOf(path)}\n");
            }
        }
        var (tokens, tokenised) = TokenCache.Open(cache, identity.ToString(), sources, hashes, tokenizer, heldOut);
        return new TrainingData(sources, tokenizer, identity.ToString(), tokens, tokenised);
    }

    /// <summary>The tokens to learn from, a stream a source.</summary>
    internal IReadOnlyList<TokenStream> Streams => [.. _tokenised.Select(static source => source.Training)];

    /// <summary>The tokens held out, by the source's name: the file's without extension, or as given where two have one name.</summary>
    internal IEnumerable<(string Name, IReadOnlyList<TokenStream> Files)> HeldOut => Sources.Zip(_tokenised, (source, tokens) => (NameOf(source), tokens.HeldOut));

    /// <inheritdoc/>
    public void Dispose() => File.Dispose();

    private string NameOf(TextSource source)
    {
        var name = Short(source);
        return Sources.Count(other => Short(other) == name) == 1 ? name : OneLine.Path(source.Path);
    }

    private static string Short(TextSource source) => Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(source.Path));
}
