using System.Text.Json;

namespace TttGen.Training.Data;

/// <summary>The JSON at the end of a token file: what it was made from, and where each source's tokens lie.</summary>
internal static class TokenDescription
{
    public static byte[] Write(string identity, IReadOnlyList<TokenisedSource> sources)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("identity", identity);
            json.WriteStartArray("sources");
            foreach (var source in sources)
            {
                json.WriteStartArray();
                foreach (var stream in source.HeldOut.Prepend(source.Training))
                {
                    json.WriteNumberValue(stream.First);
                    json.WriteNumberValue(stream.Count);
                }
                json.WriteEndArray();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>Where the tokens lie; null where they were made from something else, or this is no description of so many tokens.</summary>
    public static IReadOnlyList<TokenisedSource>? TryRead(byte[] description, string identity, long tokens)
    {
        try
        {
            using var document = JsonDocument.Parse(description);
            if (!document.RootElement.GetProperty("identity").ValueEquals(identity))
                return null;
            List<TokenisedSource> sources = [.. document.RootElement.GetProperty("sources").EnumerateArray().Select(Source)];
            return sources.TrueForAll(source => source.HeldOut.Prepend(source.Training).All(stream => stream.First >= 0 && stream.Count >= 0 && stream.First <= tokens - stream.Count)) ? sources : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static TokenisedSource Source(JsonElement numbers)
    {
        var streams = numbers.EnumerateArray().Select(static number => number.GetInt64()).Chunk(2).Select(static pair => new TokenStream(pair[0], pair[1])).ToList();
        return new TokenisedSource(streams[0], streams[1..]);
    }
}
