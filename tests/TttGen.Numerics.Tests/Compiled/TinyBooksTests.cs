using System.Text.Json;
using TttGen.Inference;

namespace TttGen.Numerics.Tests.Compiled;

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
