using System.Globalization;

namespace TttGen.Compiler.Spelling;

/// <summary>Numbers as C# text, the same on every machine.</summary>
public static class Numbers
{
    /// <summary>An integer.</summary>
    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A double that reads back as the same number.</summary>
    public static string Of(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('.') || text.Contains('E') ? text : text + ".0";
    }

    /// <summary>A float literal.</summary>
    public static string OfSingle(double value) => ((float)value).ToString("R", CultureInfo.InvariantCulture) + "f";

    /// <summary>For comments: six digits.</summary>
    public static string Short(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
