using System.Text;
using TttGen.Training.Data;

namespace TttGen.Training.Tests;

/// <summary>Tests with texts and a training's folder of their own.</summary>
public abstract class TrainingTests : IDisposable
{
    internal TemporaryDirectory Files { get; } = new();

    internal TrainingFolder Folder => new(Files["run"]);

    public void Dispose()
    {
        Files.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A text with some order in it.</summary>
    protected static string Prose(int length, int seed = 1)
    {
        var random = new Random(seed);
        string[] words = ["the ", "whale ", "sea ", "and ", "a ", "ship ", "went ", "\n"];
        var text = new StringBuilder();
        while (text.Length < length)
            text.Append(words[random.Next(words.Length)]);
        return text.ToString(0, length);
    }

    internal TrainingData Open(decimal heldOut, params string[] texts) => Open(TokenizerIdentity.Bytes, heldOut, texts);

    internal TrainingData Open(TokenizerIdentity tokenizer, decimal heldOut, params string[] texts)
    {
        Folder.Create();
        return TrainingData.Open(Folder.Tokens, [.. texts.Select(TextSource.Parse)], tokenizer, heldOut);
    }

    internal static int[] TokensOf(TrainingData data, TokenStream stream)
    {
        var tokens = new int[stream.Count];
        data.File.Read(stream.First, tokens);
        return tokens;
    }

    internal static int[] Bytes(string text) => [.. Encoding.UTF8.GetBytes(text).Select(static one => (int)one)];

    internal static string Refused(Action action)
    {
        var error = Assert.Throws<TttException>(action);
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }
}
