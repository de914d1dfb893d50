using System.Globalization;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Language;

/// <summary>
/// The settings of a model: one for each key of config.json. Each part that reads one says a default; what another part says of the key ([Config] with a number on the record)
/// is the default of all: TTT-MLP's base rate.
/// </summary>
internal sealed class LinkedSettings(Identifiers names)
{
    private readonly record struct Default(string Spec, string Where, double Value);

    private readonly List<string> _keys = [];
    private readonly Dictionary<string, string> _names = [];
    private readonly Dictionary<string, List<Default>> _own = [], _given = [];

    /// <summary>A parameter that reads a setting; answers the setting's name.</summary>
    public string Add(string spec, SpecParameter parameter)
    {
        var key = parameter.Setting ?? parameter.Name;
        if (!_keys.Contains(key))
        {
            _keys.Add(key);
            _names[key] = names.Take(Name(key));
        }
        Of(_own, key).Add(new(spec, $"{Names.Short(spec)}.{parameter.Name}", parameter.Default));
        return _names[key];
    }

    /// <summary>What a part says of a key, if it is a number.</summary>
    public void AddDefault(string spec, string key, string json)
    {
        if (double.TryParse(json, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) Of(_given, key).Add(new(spec, Names.Short(spec), value));
    }

    /// <summary>All of them.</summary>
    /// <exception cref="CompileException">A setting has two defaults.</exception>
    public IReadOnlyList<LinkedSetting> All() =>
        [.. _keys.Select(key => new LinkedSetting(_names[key], key, Agreed(key, _given.TryGetValue(key, out var given) ? given : _own[key])))];

    private static double Agreed(string key, List<Default> defaults)
    {
        var other = defaults.FirstOrDefault(d => !d.Value.Equals(defaults[0].Value));
        return other.Spec is null
            ? defaults[0].Value
            : throw new CompileException("TTT137", $"the setting '{key}' is {Numbers.Of(defaults[0].Value)} where config.json has none in {defaults[0].Where}, and {Numbers.Of(other.Value)} in {other.Where}: one key has one value; "
                + "give both the same default, or one of them another key in its [Config(…)]", other.Spec);
    }

    private static List<Default> Of(Dictionary<string, List<Default>> all, string key) => all.TryGetValue(key, out var known) ? known : all[key] = [];

    /// <summary>A key of any characters as an identifier.</summary>
    private static string Name(string snake)
    {
        var name = string.Concat(snake.Split([.. snake.Where(c => !char.IsLetterOrDigit(c))]).Select(w => w.Length == 0 ? w : char.ToUpperInvariant(w[0]) + w.Substring(1)));
        return name.Length == 0 || char.IsDigit(name[0]) ? "Setting" + name : name;
    }
}
