namespace TttGen.Compiler.Emit;

/// <summary>Names that are unique in one method.</summary>
public sealed class NameTable(IEnumerable<string> taken)
{
    private static readonly HashSet<string> Keywords = ["base", "in", "out", "ref", "params", "value", "this", "float", "double", "int", "fixed", "lock", "is", "as", "new", "step", "var"];

    private readonly HashSet<string> _taken = [.. taken, "i", "j", "n", "V", "T", "scratch", "one"];

    /// <summary>The name itself where it is free, else with a number.</summary>
    public string Fresh(string name)
    {
        var unique = name;
        if (Keywords.Contains(unique)) unique = name + "1";
        for (var k = 2; !_taken.Add(unique); k++) unique = name + k.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return unique;
    }
}
