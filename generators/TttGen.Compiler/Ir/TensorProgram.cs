namespace TttGen.Compiler.Ir;

/// <summary>A result of a program.</summary>
/// <param name="Argument">What it is.</param>
/// <param name="Value">Its expression.</param>
/// <param name="Replaces">The input whose place in memory it takes; null where it has one of its own.</param>
public sealed record ProgramOutput(Argument Argument, Node Value, Argument? Replaces = null)
{
    /// <summary>The identifier.</summary>
    public string Name => Argument.Name;
}

/// <summary>A straight-line tensor program: what one generated kernel computes.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Summary">The same in words, for the comment above the kernel.</param>
/// <param name="Graph">Where its expressions live.</param>
/// <param name="Inputs">What the outputs depend on, in order of creation.</param>
/// <param name="Outputs">The results.</param>
public sealed record TensorProgram(ProgramKind Kind, string Summary, Graph Graph, IReadOnlyList<Input> Inputs, IReadOnlyList<ProgramOutput> Outputs)
{
    /// <summary>The kernel's method.</summary>
    public string Name { get; } = Kind.ToString();

    /// <summary>The program of some outputs, with the inputs that they need.</summary>
    public static TensorProgram Of(ProgramKind kind, string summary, Graph graph, IReadOnlyList<ProgramOutput> outputs) =>
        new(kind, summary, graph, [.. Reachable.From(outputs.Select(o => o.Value)).OfType<Input>()], outputs);

    /// <summary>Every node that an output needs, operands before what uses them.</summary>
    public IReadOnlyList<Node> Live() => Reachable.From(Outputs.Select(o => o.Value));
}
