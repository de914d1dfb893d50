using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>Names for what derivation made and nobody named, by what it is; emitted code is read by people.</summary>
internal static class Naming
{
    /// <summary>Names every unnamed value of the outputs that a rule knows; <paramref name="query"/> tells the query path's values from the key path's.</summary>
    public static TensorProgram Apply(TensorProgram program, Node query)
    {
        var ofQuery = new HashSet<Node> { query };
        foreach (var node in program.Live())
        {
            if (node.Operands.Any(ofQuery.Contains)) ofQuery.Add(node);
            if (node.Hint == null && Name(node) is { } name) node.Named(name + (ofQuery.Contains(node) ? "Q" : "K"));
        }
        return program;
    }

    private static string? Name(Node node) => node switch
    {
        // X̄ Xᵀ, and rate ⊙ (X̄ Xᵀ + 1)
        Einsum { Rank: 2 } e when e.Shape.All(a => a.IsRows) => e.IsElementwise ? "attention" : "scores",
        // A Δ
        Einsum { IsElementwise: false } e when Factor(e, f => f.Hint?.StartsWith("attention", StringComparison.Ordinal) ?? false) != null => "correction",
        // X W
        Einsum { IsElementwise: false } e when Factor(e, f => f is Input && f.Rank > 1 && !f.Shape[0].IsRows) is Input weight => "times" + weight.Name,
        // Σ x
        Einsum { IsElementwise: false, Factors.Count: 1 } e when e.Factors[0].Node.Hint is { } summed => "sum" + char.ToUpperInvariant(summed[0]) + summed.Substring(1).TrimEnd('K', 'Q'),
        // X W + b
        Sum s when s.Operands.Select(Times).FirstOrDefault(t => t != null) is { } weight => "affine" + weight,
        // predict(x) − value
        Sum s when s.Operands.Any(o => o is Einsum { IsView: true, Coefficient: -1 } v && v.Factors[0].Node is Input { Name: "value" }) => "error",
        _ => null,
    };

    private static string? Times(Node node) => node is Einsum { IsElementwise: false } e && Factor(e, f => f is Input && f.Rank > 1 && !f.Shape[0].IsRows) is Input weight ? weight.Name : null;

    private static Node? Factor(Einsum e, Func<Node, bool> which) => e.Factors.Select(f => f.Node).FirstOrDefault(which);
}
