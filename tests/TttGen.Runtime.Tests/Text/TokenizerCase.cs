using System.Text.Json;

namespace TttGen.Runtime.Tests.Text;

/// <summary>A text, its ids and what they decode to, as another library has them.</summary>
public sealed record TokenizerCase(string Text, int[] Ids, string Decoded)
{
    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Text", file);

    public static TheoryData<TokenizerCase> Load(string file, string list)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(PathOf(file)));
        return new TheoryData<TokenizerCase>(document.RootElement.GetProperty(list).EnumerateArray().Select(static item => new TokenizerCase(
            item.GetProperty("text").GetString()!, [.. item.GetProperty("ids").EnumerateArray().Select(static id => id.GetInt32())], item.GetProperty("decoded").GetString()!)));
    }

    public override string ToString() => JsonSerializer.Serialize(Text);
}
