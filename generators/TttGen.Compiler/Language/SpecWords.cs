namespace TttGen.Compiler.Language;

/// <summary>The words of <see cref="SpecText"/> that writer and reader share.</summary>
internal static class SpecWords
{
    public const string Literal = "Literal";

    public static string Of(SpecKind kind) => kind switch
    {
        SpecKind.InnerModel => "inner-model",
        SpecKind.Layer => "layer",
        SpecKind.Model => "model",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
