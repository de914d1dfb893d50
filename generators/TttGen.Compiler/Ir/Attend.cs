namespace TttGen.Compiler.Ir;

/// <summary>Causal attention: each query's answer is the mean of the values up to its own, weighted by the softmax of its products with their keys.</summary>
public sealed class Attend : SequencePrimitive
{
    /// <param name="id">The node's number.</param>
    /// <param name="rows">Query [n, heads · feature], key and value [n, key heads · feature], and where there are sinks those, [n, heads].</param>
    /// <param name="feature">Columns of one head.</param>
    /// <param name="window">Keys that a query sees, its own among them; 0: all up to its own.</param>
    /// <param name="scale">What products of queries and keys are multiplied by, a setting or a constant; null: 1 / √feature.</param>
    /// <param name="cap">What scores stay within, a setting or a constant; null: they are not capped.</param>
    public Attend(int id, IReadOnlyList<Node> rows, int feature, int window, Node? scale = null, Node? cap = null)
        : this(id, rows, feature, window, scale, cap, CarryOf(rows[1].Shape[1].Size / feature, feature, window))
    {
    }

    private Attend(int id, IReadOnlyList<Node> rows, int feature, int window, Node? scale, Node? cap, Carry carry) : base(id, rows[0].Shape, rows, [.. new[] { scale, cap }.OfType<Node>()]) =>
        (Feature, Window, Scale, Cap, Carry) = (feature, window, scale, cap, carry);

    /// <summary>[n, heads · feature].</summary>
    public Node Query => Rows[0];

    /// <summary>[n, key heads · feature].</summary>
    public Node Key => Rows[1];

    /// <summary>[n, key heads · feature].</summary>
    public Node Value => Rows[2];

    /// <summary>[n, heads]: scores that the softmax divides by, too, which have no value; null: none.</summary>
    public Node? Sinks => Rows.Count > 3 ? Rows[3] : null;

    /// <summary>Columns of one head.</summary>
    public int Feature { get; }

    /// <summary>Keys that a query sees; 0: all up to its own.</summary>
    public int Window { get; }

    /// <summary>Query heads.</summary>
    public int Heads => Query.Shape[1].Size / Feature;

    /// <summary>Heads of keys and values.</summary>
    public int KeyHeads => Carry.Heads;

    /// <summary>Query heads that share a key head.</summary>
    public int Group => Heads / KeyHeads;

    /// <summary>What products of queries and keys are multiplied by, a setting or a constant; null: <see cref="OwnScale"/>.</summary>
    public Node? Scale { get; }

    /// <summary>1 / √feature.</summary>
    public double OwnScale => 1 / Math.Sqrt(Feature);

    /// <summary>What scores stay within, a setting or a constant: cap · tanh(score / cap); null: they are not capped.</summary>
    public Node? Cap { get; }

    /// <inheritdoc/>
    public override Carry Carry { get; }

    /// <inheritdoc/>
    public override string Name => "Attend";

    /// <inheritdoc/>
    public override string Call => Window == 0 ? "attend" : $"attend within {Spelling.Numbers.Of(Window)}";

    /// <inheritdoc/>
    public override string Result => "answers";

    /// <summary>The logarithm of what each head's softmax divides by.</summary>
    public override int Statistics => Heads;

    /// <inheritdoc/>
    public override string NameOf(int operand) => operand switch
    {
        0 => nameof(Query),
        1 => nameof(Key),
        2 => nameof(Value),
        _ => nameof(Sinks),
    };

    /// <inheritdoc/>
    public override SequencePrimitive With(int id, IReadOnlyList<Node> operands) =>
        new Attend(id, [.. operands.Take(Rows.Count)], Feature, Window, Scale is null ? null : operands[Rows.Count], Cap is null ? null : operands[operands.Count - 1], Carry);

    /// <summary>A tile of a page as the kernels have it: keys [feature, tokens], then values [tokens, feature], whose rows fill whole registers.</summary>
    private static Carry CarryOf(int heads, int feature, int window)
    {
        var extent = window == 0 ? CarryExtent.EveryToken : CarryExtent.LastTokens(window);
        return new("Attend", heads, [new("Keys", feature) { Extent = extent, TokensLast = true }, new("Values", (feature + 15) / 16 * 16) { Extent = extent }]);
    }
}
