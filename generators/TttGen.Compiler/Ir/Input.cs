namespace TttGen.Compiler.Ir;

/// <summary>A tensor that the program is given.</summary>
public class Input(int id, Axis[] shape, string name) : Node(id, shape)
{
    /// <summary>Its name, one in its graph.</summary>
    public string Name { get; } = name;

    /// <summary>What a program of a scan is given here; null in a graph of another kind.</summary>
    public Argument? Argument { get; init; }

    /// <summary>The name as an identifier.</summary>
    public virtual string Identifier => Name;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands => [];
}
