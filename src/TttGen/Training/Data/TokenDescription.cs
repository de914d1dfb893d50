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

    /// <summary>Where the tokens lie; null where they were made from something else.</summary>
    public static IReadOnlyList<TokenisedSource>? TryRead(byte[] description, string identity)
    {
        // The file's checksum has been found right: this is what Write wrote.
        using var document = JsonDocument.Parse(description);
        return document.RootElement.GetProperty("identity").ValueEquals(identity)
            ? [.. document.RootElement.GetProperty("sources").EnumerateArray().Select(Source)]
            : null;
    }

    private static TokenisedSource Source(JsonElement numbers)
    {
        var streams = numbers.EnumerateArray().Select(static number => number.GetInt64()).Chunk(2).Select(static pair => new TokenStream(pair[0], pair[1])).ToList();
        return new TokenisedSource(streams[0], streams[1..]);
    }
}
