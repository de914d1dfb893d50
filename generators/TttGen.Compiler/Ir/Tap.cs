namespace TttGen.Compiler.Ir;

/// <summary>One tap of a convolution's weights, over columns.</summary>
public sealed class Tap(int id, Axis columns, string parameter, int place) : Input(id, [columns], $"{parameter}[{place}]")
{
    /// <summary>The parameter that it is a part of.</summary>
    public string Parameter { get; } = parameter;

    /// <summary>Which, the oldest token's first.</summary>
    public int Place { get; } = place;

    /// <inheritdoc/>
    public override string Identifier => $"{Parameter}Tap{Place}";
}
