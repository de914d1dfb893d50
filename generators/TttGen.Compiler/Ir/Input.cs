namespace TttGen.Compiler.Ir;

/// <summary>A tensor that the program is given.</summary>
public class Input(int id, Axis[] shape, string name) : Node(id, shape)
{
    /// <summary>Its name, one in its graph.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands => [];
}
