using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Ir;

/// <summary>One tensor expression. Nodes are hash-consed by <see cref="Graph"/>: equal means identical, and operands have smaller ids.</summary>
public abstract class Node
{
    internal Node(int id, Axis[] shape)
    {
        Id = id;
        Shape = shape;
    }

    /// <summary>Order of creation in its graph: larger than that of every operand.</summary>
    public int Id { get; }

    /// <summary>Axes, outermost first; none for a scalar.</summary>
    public Axis[] Shape { get; }

    /// <summary>Number of axes.</summary>
    public int Rank => Shape.Length;

    /// <summary>What emitted code may call the value.</summary>
    public string? Hint { get; set; }

    /// <summary>What the value is called: as its composite named it, or by what it is.</summary>
    public string Called => Hint ?? this switch
    {
        Map map => Names.Lower(map.Function.ToString()),
        Einsum { Reduced: not "" } sum => sum.Factors.Count > 1 ? "product" : "sum",
        _ => "term",
    };

    /// <summary>What the value is computed from.</summary>
    public abstract IReadOnlyList<Node> Operands { get; }

    /// <summary>Gives the value its name in emitted code, unless it has one.</summary>
    public Node Named(string hint)
    {
        Hint ??= hint;
        return this;
    }
}
