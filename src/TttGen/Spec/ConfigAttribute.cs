namespace TttGen;

/// <summary>
/// Ties a spec to a key of a checkpoint's config.json. On a type parameter: the dimension's size must equal it. On a spec: it must be this
/// constant. On a <c>double</c> parameter of a record (a setting): the value comes from there, or is the given one where the key is missing.
/// </summary>
[AttributeUsage(AttributeTargets.GenericParameter | AttributeTargets.Struct | AttributeTargets.Class | AttributeTargets.Parameter, AllowMultiple = true)]
public sealed class ConfigAttribute : Attribute
{
    /// <summary>The size of a dimension.</summary>
    /// <param name="key">For example <c>hidden_size</c>.</param>
    public ConfigAttribute(string key) => Key = key;

    /// <summary>A flag.</summary>
    /// <param name="key">For example <c>use_gate</c>.</param>
    /// <param name="value">What it must be.</param>
    public ConfigAttribute(string key, bool value) => (Key, Value) = (key, value);

    /// <summary>A name.</summary>
    /// <param name="key">For example <c>ttt_layer_type</c>.</param>
    /// <param name="value">What it must be.</param>
    public ConfigAttribute(string key, string value) => (Key, Value) = (key, value);

    /// <summary>A setting.</summary>
    /// <param name="key">For example <c>rope_theta</c>.</param>
    /// <param name="value">Its value where config.json has none.</param>
    public ConfigAttribute(string key, double value) => (Key, Value) = (key, value);

    /// <summary>The key in config.json.</summary>
    public string Key { get; }

    /// <summary>A bool, string or double; null on a type parameter.</summary>
    public object? Value { get; }
}
