using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>Names for what derivation made and nobody named, by what it is; emitted code is read by people.</summary>
internal sealed class Naming
{
    private readonly HashSet<Node> _ofQuery, _ofRate;

    private Naming(Node[] query, Node[] rate) => (_ofQuery, _ofRate) = ([.. query], [.. rate]);

    /// <summary>The same for a program that has neither query nor rate: nothing to tell apart.</summary>
    public static TensorProgram Apply(TensorProgram program) => new Naming([], []).Apply(program, _ => "");

    /// <summary>Names every unnamed value of a program that a rule knows.</summary>
    /// <param name="program">The program; its nodes get their hints.</param>
    /// <param name="query">Tells the query path's values (Q) from the key path's (K).</param>
    /// <param name="rate">Tells gradients (they are weighted by it) from values.</param>
    public static TensorProgram Apply(TensorProgram program, Node query, Node rate)
    {
        var naming = new Naming([query], [rate]);
        return naming.Apply(program, node => naming._ofQuery.Contains(node) ? "Q" : "K");
    }

    private TensorProgram Apply(TensorProgram program, Func<Node, string> suffix)
    {
        foreach (var product in program.Live().OfType<Einsum>()) OfCorrection(product);
        var inputs = new Dictionary<Node, string>();
        foreach (var product in program.Live().OfType<Einsum>())
            if (Matrix(product) is { } weight)
                foreach (var (factor, _) in product.Factors)
                    if (factor is not Input && !inputs.ContainsKey(factor)) inputs[factor] = char.ToLowerInvariant(weight[0]) + weight.Substring(1) + "Input";
        foreach (var node in program.Live())
        {
            if (node.Operands.Any(_ofQuery.Contains)) _ofQuery.Add(node);
            if (node.Operands.Any(_ofRate.Contains)) _ofRate.Add(node);
            if (node.Hint is null && (Name(node) ?? (inputs.TryGetValue(node, out var input) ? input : null)) is { } name) node.Named(name + suffix(node));
        }
        return program;
    }

    /// <summary>(rate ⊙ (X̄ Xᵀ + 1)) Δ: what weights it takes a step of names the attention and the scores that it is made of.</summary>
    private static void OfCorrection(Einsum product)
    {
        var delta = product.Factors.Select(f => f.Node.Hint).FirstOrDefault(h => h?.StartsWith("delta", StringComparison.Ordinal) ?? false);
        var attention = product.Factors.Select(f => f.Node).FirstOrDefault(IsRowsByRows);
        if (delta is null || attention is null || product.IsElementwise) return;
        var weight = delta.Substring("delta".Length);
        product.Named("correction" + weight);
        attention.Named("attention" + weight);
        Scores(attention)?.Named("scores" + weight);
    }

    private static Node? Scores(Node node) => node is Einsum { IsElementwise: false } ? node
        : node.Operands.Where(IsRowsByRows).Select(Scores).FirstOrDefault(s => s is not null);

    private static bool IsRowsByRows(Node node) => node.Rank == 2 && node.Shape.All(a => a.IsRows);

    private string? Name(Node node) => node switch
    {
        // X̄ Xᵀ, and rate ⊙ (X̄ Xᵀ + 1)
        Einsum { Rank: 2 } e when e.Shape.All(a => a.IsRows) => e.IsElementwise ? "attention" : "scores",
        // A Δ
        Einsum { IsElementwise: false } e when e.Factors.Any(f => f.Node.Hint?.StartsWith("attention", StringComparison.Ordinal) ?? false) => "correction",
        // Δ Wᵀ, and X W
        Einsum { IsElementwise: false } e when Matrix(e) is { } weight => (_ofRate.Contains(e) && !_ofQuery.Contains(e) ? "back" : "times") + weight,
        // Σ x
        Einsum { IsElementwise: false, Factors.Count: 1 } e when e.Factors[0].Node.Hint is { } summed =>
            "sum" + char.ToUpperInvariant(summed[0]) + summed.Substring(1).TrimEnd('K', 'Q'),
        // predict(x) − value
        Sum s when s.Operands.Any(o => o is Einsum { IsView: true, Coefficient: -1, Factors.Count: 1 } v && v.Factors[0].Node is Input { Argument.Kind: ArgumentKind.Value }) => "error",
        // X W + b
        Sum s when s.Operands.Select(Matrix).FirstOrDefault(m => m != null) is { } weight && (_ofQuery.Contains(s) || !_ofRate.Contains(s)) => "affine" + weight,
        _ => null,
    };

    /// <summary>The name of the matrix that a product is with.</summary>
    private static string? Matrix(Node node) => node is Einsum { IsElementwise: false } e
        ? e.Factors.Select(f => f.Node).OfType<Input>().FirstOrDefault(i => i.Rank > 1 && !i.Shape[0].IsRows)?.Name : null;
}
