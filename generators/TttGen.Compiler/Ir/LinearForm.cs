namespace TttGen.Compiler.Ir;

/// <summary>A number as Σ cₖ xₖ of some of its inputs, with coefficients that those inputs have no part in.</summary>
/// <param name="g">Where the number lives, and the coefficients are built.</param>
/// <param name="variables">The inputs xₖ.</param>
internal sealed class LinearForm(Graph g, IReadOnlyList<Node> variables)
{
    private readonly Dictionary<Node, Node[]?> _known = [];

    /// <summary>The coefficients of a number, one a variable.</summary>
    /// <param name="number">An expression of no axes.</param>
    /// <param name="defect">Why there are none: what is not linear; otherwise null.</param>
    public Node[] Of(Node number, out string? defect)
    {
        defect = null;
        try
        {
            var form = Visit(number) ?? (number is Zero or Literal { Value: 0 } ? Zeros() : throw new FormatException("a number that is neither a part nor a gradient is added"));
            return form;
        }
        catch (FormatException error)
        {
            defect = error.Message;
            return Zeros();
        }
    }

    private Node[] Zeros() => [.. variables.Select(_ => g.Zero([]))];

    /// <summary>The coefficients; null for what no variable has a part in.</summary>
    private Node[]? Visit(Node node)
    {
        if (_known.TryGetValue(node, out var known)) return known;
        return _known[node] = node switch
        {
            Input input => variables.Contains(input) ? [.. variables.Select(v => v == input ? g.Literal(1) : g.Zero([]))] : null,
            Ir.Sum s => OfSum(s),
            Einsum e => OfProduct(e),
            Map { Function: Function.Copy } m => Visit(m.Operands[0]),
            Map m when m.Operands.All(o => Visit(o) is null) => null,
            Map m => throw new FormatException($"{m.Function} of a part or a gradient is taken"),
            _ => null,
        };
    }

    private Node[]? OfSum(Ir.Sum s)
    {
        var forms = s.Operands.Select(Visit).ToArray();
        if (forms.All(f => f is null)) return null;
        if (forms.Any(f => f is null)) throw new FormatException("a number that is neither a part nor a gradient is added");
        return [.. variables.Select((_, k) => g.Add([.. forms.Select(f => f![k])]))];
    }

    private Node[]? OfProduct(Einsum e)
    {
        var forms = e.Operands.Select(Visit).ToArray();
        var dependent = Enumerable.Range(0, forms.Length).Where(k => forms[k] is not null).ToArray();
        if (dependent.Length == 0) return null;
        if (dependent.Length > 1) throw new FormatException("parts or gradients are multiplied with one another");
        Node[] others = [.. e.Operands.Where((_, k) => k != dependent[0])];
        return [.. forms[dependent[0]]!.Select(c => c is Zero ? c : g.Mul([c, .. others]))];
    }
}
