namespace TttGen.Compiler.Spelling;

/// <summary>Names as generated code spells them.</summary>
public static class Names
{
    /// <summary>The last part of a full name.</summary>
    public static string Short(string full) => full.Substring(full.LastIndexOf('.') + 1);

    /// <summary>First letter in lower case.</summary>
    public static string Lower(string name) => name.Length == 0 ? name : char.ToLowerInvariant(name[0]) + name.Substring(1);

    /// <summary>First letter in upper case.</summary>
    public static string Capital(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name.Substring(1);
}
