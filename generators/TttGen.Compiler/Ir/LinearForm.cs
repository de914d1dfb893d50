namespace TttGen.Compiler.Ir;

/// <summary>A number as Σ cₖ xₖ of some of its inputs, with coefficients that those inputs have no part in.</summary>
/// <param name="g">Where the number lives, and the coefficients are built.</param>
/// <param name="variables">The inputs xₖ.</param>
internal sealed class LinearForm(Graph g, IReadOnlyList<Node> variables)
{
    private const string Constant = "a number that is neither a part nor a gradient is added";

    private readonly Dictionary<Node, Node[]?> _known = [];
    private string? _defect;

    /// <summary>The coefficients of a number, one a variable; zeros where it is not linear.</summary>
    /// <param name="number">An expression of no axes.</param>
    /// <param name="defect">What is not linear, or null.</param>
    public Node[] Of(Node number, out string? defect)
    {
        _known.Clear();
        _defect = null;
        var form = Visit(number);
        defect = _defect ?? (form is null && number is not (Zero or Literal { Value: 0 }) ? Constant : null);
        return form ?? [.. variables.Select(_ => g.Zero([]))];
    }

    /// <summary>The coefficients; null for what no variable has a part in, or what is refused.</summary>
    private Node[]? Visit(Node node)
    {
        if (_known.TryGetValue(node, out var known)) return known;
        return _known[node] = node switch
        {
            Input input => variables.Contains(input) ? [.. variables.Select(v => v == input ? g.Literal(1) : g.Zero([]))] : null,
            Ir.Sum s => OfSum(s),
            Einsum e => OfProduct(e),
            Map { Function: Function.Copy } m => Visit(m.Operands[0]),
            Map m => m.Operands.Any(o => Visit(o) is not null) ? Refused($"{m.Function} of a part or a gradient is taken") : null,
            _ => null,
        };
    }

    private Node[]? OfSum(Ir.Sum s)
    {
        var forms = s.Operands.Select(Visit).ToArray();
        if (forms.All(f => f is null)) return null;
        return forms.Any(f => f is null) ? Refused(Constant) : [.. variables.Select((_, k) => g.Add([.. forms.Select(f => f![k])]))];
    }

    private Node[]? OfProduct(Einsum e)
    {
        var forms = e.Operands.Select(Visit).ToArray();
        var dependent = Enumerable.Range(0, forms.Length).Where(k => forms[k] is not null).ToArray();
        if (dependent.Length == 0) return null;
        if (dependent.Length > 1) return Refused("parts or gradients are multiplied with one another");
        Node[] others = [.. e.Operands.Where((_, k) => k != dependent[0])];
        return [.. forms[dependent[0]]!.Select(c => c is Zero ? c : g.Mul([c, .. others]))];
    }

    private Node[]? Refused(string why)
    {
        _defect ??= why;
        return null;
    }
}
