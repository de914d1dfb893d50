namespace TttGen;

/// <summary>Joins parts of checkpoint keys.</summary>
internal static class KeyPath
{
    public const string LmHead = "lm_head.weight";

    public static string Join(string prefix, string key) => prefix.Length == 0 ? key : key.Length == 0 ? prefix : $"{prefix}.{key}";
}
