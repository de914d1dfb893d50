namespace TttGen.Generators.Tests;

/// <summary>A source in which <c>[|…|]</c> marks where a diagnostic must stand.</summary>
internal sealed record Marked(string Source, string Span, int Start)
{
    public static Marked Parse(string text)
    {
        var (start, end) = (text.IndexOf("[|", StringComparison.Ordinal), text.IndexOf("|]", StringComparison.Ordinal));
        return new(text.Remove(end, 2).Remove(start, 2), text[(start + 2)..end], start);
    }
}
