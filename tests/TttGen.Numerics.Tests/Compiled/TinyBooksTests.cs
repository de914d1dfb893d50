using System.Text.Json;
using TttGen.Inference;
using TttGen.InnerModels;
using TttGen.Layers;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>Dimensions of a small model that the reference code trained on books.</summary>
public static partial class Books
{
    [Dim(256)] public readonly partial struct Vocab : IDim;
    [Dim(192)] public readonly partial struct Width : IDim;
    [Dim(4)] public readonly partial struct Depth : IDim;
    [Dim(3)] public readonly partial struct Heads : IDim;
    [Dim(64)] public readonly partial struct HeadDim : IDim;
    [Dim(512)] public readonly partial struct Hidden : IDim;
    [Dim(16)] public readonly partial struct MiniBatch : IDim;
    [Dim(4)] public readonly partial struct Taps : IDim;
}

/// <summary>TTT-Linear in the Mamba backbone, 1.9 million parameters.</summary>
[Model]
public sealed partial record class TinyBooks(
    Embedding<Books.Vocab, Books.Width> EmbedTokens,
    Stack<Books.Depth, MambaBlock<Books.Width, Books.Heads, Books.HeadDim, Books.MiniBatch, Books.Taps, Books.Hidden, LinearMemory<Books.HeadDim>>, Books.Width> Layers,
    RmsNorm<Books.Width> Norm)
{
    public Logits<Books.Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>A real checkpoint of the reference code.</summary>
public sealed class TinyBooksTests
{
    private static readonly string Directory = Path.Combine(AppContext.BaseDirectory, "tiny-books");

    /// <summary>Float32 and float64 of the reference agree on these bytes, and no step of it is close.</summary>
    [Fact]
    public void The_likeliest_bytes_are_those_of_the_reference()
    {
        using var expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(Directory, "greedy.json")));
        byte[] prompt = System.Text.Encoding.UTF8.GetBytes(expected.RootElement.GetProperty("prompt").GetString()!);
        byte[] bytes = [.. expected.RootElement.GetProperty("greedy_bytes").EnumerateArray().Select(b => b.GetByte())];

        using var model = TinyBooks.Load(Directory, new ModelOptions { Threads = 2 });
        using var state = model.CreateState();
        var logits = new float[model.Vocabulary];
        model.Prefill(state, [.. prompt.Select(b => (int)b)], logits);
        var found = new byte[bytes.Length];
        for (var i = 0; i < found.Length; i++)
        {
            found[i] = (byte)logits.AsSpan().IndexOf(logits.Max());
            model.Decode(state, found[i], logits);
        }
        Assert.Equal(256, bytes.Length);
        Assert.Equal(bytes, found);
    }
}
