using System.Text.Json;

namespace TttGen.Text;

/// <summary>Fields of a JSON object that may be missing or of another type: each is then as if it were not there.</summary>
internal static class JsonFields
{
    extension(JsonElement of)
    {
        internal bool Flag(string name, bool absent = false) => of.TryGetProperty(name, out JsonElement value) ? value.ValueKind == JsonValueKind.True : absent;

        internal string? Text(string name) =>
            of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

        internal IEnumerable<JsonElement> Items(string name) =>
            of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [];

        /// <summary>What a step or model calls itself.</summary>
        internal string Kind => of.Text("type") ?? "unknown";

        /// <summary>A tokenizer's step, or the steps of a Sequence; none where it is null or missing.</summary>
        internal List<JsonElement> Steps(string name, string members)
        {
            if (!of.TryGetProperty(name, out JsonElement step) || step.ValueKind != JsonValueKind.Object) return [];
            return step.Kind == "Sequence" ? [.. step.Items(members).Where(static member => member.ValueKind == JsonValueKind.Object)] : [step];
        }

        /// <summary>Whether the field is there with something other than null, false, 0 and "".</summary>
        internal bool IsSet(string name) => of.TryGetProperty(name, out JsonElement value)
            && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False) && value.GetRawText() is not ("\"\"" or "0" or "0.0");
    }
}
