namespace TttGen.Compiler.Ir;

/// <summary>A vector over the columns of one head, once for each head: [heads · feature].</summary>
/// <param name="id">The node's number.</param>
/// <param name="columns">Of all heads.</param>
/// <param name="parameter">The vector, [feature].</param>
/// <param name="feature">Columns of one head.</param>
public sealed class EachHead(int id, Axis columns, string parameter, int feature) : Input(id, [columns], $"{parameter}By{columns.Size / feature}EachHead")
{
    /// <summary>The vector, [feature].</summary>
    public string Parameter { get; } = parameter;

    /// <summary>Columns of one head.</summary>
    public int Feature { get; } = feature;

    /// <summary>How many heads.</summary>
    public int Heads => Shape[0].Size / Feature;
}
