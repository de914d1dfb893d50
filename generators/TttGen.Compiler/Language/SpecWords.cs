namespace TttGen.Compiler.Language;

/// <summary>The words of <see cref="SpecText"/> that writer and reader share.</summary>
public static class SpecWords
{
    public const string Literal = "Literal";

    /// <summary>The next value of an optimiser's parts, or of a recurrence's, one operand a part.</summary>
    public const string New = "New";

    public static string Of(SpecKind kind) => kind switch
    {
        SpecKind.InnerModel => "inner-model",
        SpecKind.InnerOptimiser => "inner-optimiser",
        SpecKind.Recurrence => "recurrence",
        SpecKind.Layer => "layer",
        SpecKind.Model => "model",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
