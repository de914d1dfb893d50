namespace TttGen.Compiler.Ir;

/// <summary>A straight-line tensor program: what one generated kernel computes.</summary>
/// <param name="Name">The kernel's name.</param>
/// <param name="Summary">What it does, for the comment above it.</param>
/// <param name="Graph">Where its expressions live.</param>
/// <param name="Inputs">What the outputs depend on, in order of creation.</param>
/// <param name="Outputs">Named results.</param>
public sealed record TensorProgram(string Name, string Summary, Graph Graph, IReadOnlyList<Input> Inputs, IReadOnlyList<(string Name, Node Value)> Outputs)
{
    /// <summary>The program of some outputs, with the inputs that they need.</summary>
    public static TensorProgram Of(string name, string summary, Graph graph, IReadOnlyList<(string Name, Node Value)> outputs)
    {
        var program = new TensorProgram(name, summary, graph, [], outputs);
        return program with { Inputs = [.. program.Live().OfType<Input>().OrderBy(i => i.Id)] };
    }

    /// <summary>Every node that an output needs, operands before what uses them.</summary>
    public IReadOnlyList<Node> Live()
    {
        var seen = new HashSet<Node>();
        void Visit(Node node)
        {
            if (!seen.Add(node)) return;
            foreach (var operand in node.Operands) Visit(operand);
        }
        foreach (var (_, value) in Outputs) Visit(value);
        return [.. seen.OrderBy(n => n.Id)];
    }
}
