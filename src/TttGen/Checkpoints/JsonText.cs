using System.Text.Json;
using System.Text.Unicode;

namespace TttGen.Checkpoints;

/// <summary>JSON files whose root is an object, read with every way to lie closed: size, encoding, syntax, duplicate keys.</summary>
internal static class JsonText
{
    internal static JsonDocument Load(string path, long longest)
    {
        string name = OneLine.Path(path);
        try
        {
            // The parser's first table of names loads a library. With a file handle to spare it can; without, the runtime aborts.
            return Parse(Read(path, name, longest), name);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CheckpointException($"{name}: expected this file, found none", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CheckpointException($"{name}: can't be read: {OneLine.Of(error.Message)}", error);
        }
    }

    private static byte[] Read(string path, string name, long longest)
    {
        using FileStream stream = InputFile.Open(path);
        if (stream.Length > longest) throw new CheckpointException($"{name}: has {stream.Length} bytes, expected at most {longest}");
        byte[] json = new byte[stream.Length];
        stream.ReadExactly(json);
        return json;
    }

    internal static JsonDocument Parse(ReadOnlyMemory<byte> json, string name)
    {
        if (json.Span.StartsWith("\uFEFF"u8)) json = json[3..];
        if (!Utf8.IsValid(json.Span)) throw new CheckpointException($"{name}: is not UTF-8 text");
        try
        {
            RequireText(json.Span);
            JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
            JsonValueKind kind = document.RootElement.ValueKind;
            document.Dispose();
            throw new CheckpointException($"{name}: expected a JSON object, found {kind}");
        }
        catch (JsonException error)
        {
            throw new CheckpointException($"{name}: is not JSON: {OneLine.Of(error.Message)}", error);
        }
        catch (InvalidOperationException error)
        {
            throw new CheckpointException($"{name}: has a string that is not Unicode text", error);
        }
    }

    /// <summary>Escapes such as "\ud800" pass as JSON but not as text: found here, once, they surprise no later reader.</summary>
    private static void RequireText(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped) reader.GetString();
    }
}
