using System.Text.Json.Nodes;

namespace TttGen.Checkpoints;

/// <summary>A key with a dot names a member of an object of config.json: <c>rope_scaling.factor</c>.</summary>
internal static class NestedKey
{
    /// <summary>The object and its member; null for a key of the file itself.</summary>
    internal static (string Parent, string Member)? Split(string key) =>
        key.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? (key[..dot], key[(dot + 1)..]) : null;

    /// <summary>Gives a key its value, in its object where it names a member of one; what else is there stays.</summary>
    /// <param name="values">Keys of the file and their JSON.</param>
    /// <param name="key">The key.</param>
    /// <param name="json">Its value.</param>
    internal static void Put(IDictionary<string, string> values, string key, string json)
    {
        if (Split(key) is not { } nested)
        {
            values[key] = json;
            return;
        }
        JsonObject parent = values.TryGetValue(nested.Parent, out string? text) && JsonNode.Parse(text) is JsonObject known ? known : [];
        parent[nested.Member] = JsonNode.Parse(json);
        values[nested.Parent] = parent.ToJsonString();
    }
}
