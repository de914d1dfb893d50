using System.Text.Json;

namespace TttGen.Checkpoints;

/// <summary>model.safetensors.index.json: which shard holds which tensor.</summary>
internal sealed class ShardIndex
{
    internal const string FileName = "model.safetensors.index.json";

    private readonly string _path;
    private readonly Dictionary<string, string> _fileOf;

    private ShardIndex(string path, Dictionary<string, string> fileOf) => (_path, _fileOf) = (path, fileOf);

    /// <summary>Shards, each once, in order of name.</summary>
    internal IEnumerable<string> Files => _fileOf.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    internal static ShardIndex Load(string path)
    {
        using JsonDocument document = JsonText.Load(path, SafetensorsHeader.LongestJson);
        return Of(document, path);
    }

    internal static ShardIndex Parse(ReadOnlyMemory<byte> json, string path)
    {
        using JsonDocument document = JsonText.Parse(json, OneLine.Path(path));
        return Of(document, path);
    }

    private static ShardIndex Of(JsonDocument document, string path)
    {
        string name = OneLine.Path(path);
        if (!document.RootElement.TryGetProperty("weight_map", out JsonElement map) || map.ValueKind != JsonValueKind.Object)
            throw new CheckpointException($"{name}: expected an object weight_map that gives each tensor's file, found none");
        var fileOf = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty entry in map.EnumerateObject())
        {
            string key = entry.Name;
            if (entry.Value.ValueKind != JsonValueKind.String)
                throw new CheckpointException($"{name}: {OneLine.Of(key)}: expected a file name, found {entry.Value.ValueKind}");
            string file = entry.Value.GetString()!;
            // A shard lies beside its index: an index must not lead a reader elsewhere.
            if (!IsPlainName(file)) throw new CheckpointException($"{name}: {OneLine.Of(key)}: expected a file beside the index, found '{OneLine.Of(file)}'");
            fileOf.Add(key, file);
        }

        if (fileOf.Count == 0) throw new CheckpointException($"{name}: weight_map is empty, expected a file for each tensor");
        return new ShardIndex(path, fileOf);
    }

    /// <summary>A tensor found in a shard must be where the index says.</summary>
    internal void RequireIn(string key, string shard)
    {
        if (!_fileOf.TryGetValue(key, out string? file))
            throw new CheckpointException($"{OneLine.Path(_path)}: {OneLine.Of(key)} is in {shard}, but the index does not list it");
        if (file != shard)
            throw new CheckpointException($"{OneLine.Path(_path)}: {OneLine.Of(key)}: expected in {file} only, found in {shard}");
    }

    /// <summary>Every tensor listed must have been found.</summary>
    internal void RequireAll(IReadOnlyCollection<string> found)
    {
        if (found.Count == _fileOf.Count) return;
        var missing = _fileOf.Where(pair => !found.Contains(pair.Key)).ToList();
        throw new CheckpointException($"{OneLine.Path(_path)}: {OneLine.Of(missing[0].Key)}: expected in {missing[0].Value}, not found there ({missing.Count} such tensors)");
    }

    private static bool IsPlainName(string file) =>
        file is not ("" or "." or "..") && !file.AsSpan().ContainsAny("/\\:") && !file.Any(char.IsControl);
}
