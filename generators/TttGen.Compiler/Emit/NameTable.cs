using System.Globalization;

namespace TttGen.Compiler.Emit;

/// <summary>Names that are unique in one method. Loops after one another may use the same names inside.</summary>
public sealed class NameTable(IEnumerable<string> taken)
{
    private static readonly HashSet<string> Keywords = [.. Language.Identifiers.Keywords, "value", "step"];

    private readonly HashSet<string> _taken = [.. taken, "i", "j", "n", "V", "T", "scratch", "one"];
    private readonly HashSet<string> _inside = [];
    private readonly HashSet<string> _everInside = [];

    /// <summary>A table of its own that starts with the names of this one.</summary>
    public NameTable Copy() => new(_taken);

    /// <summary>The name itself where it is free in the whole method, else with a number.</summary>
    public string Fresh(string name) => Unique(name, unique => !_everInside.Contains(unique) && _taken.Add(unique));

    /// <summary>A name for the inside of the loop at work.</summary>
    public string FreshInside(string name)
    {
        var unique = Unique(name, unique => !_taken.Contains(unique) && _inside.Add(unique));
        _everInside.Add(unique);
        return unique;
    }

    /// <summary>The loop at work ends: the next one may use its names again.</summary>
    public void Leave() => _inside.Clear();

    private static string Unique(string name, Func<string, bool> take)
    {
        var first = Keywords.Contains(name) ? name + "1" : name;
        var unique = first;
        for (var k = 2; !take(unique); k++) unique = first + k.ToString(CultureInfo.InvariantCulture);
        return unique;
    }
}
