namespace TttGen.Compiler.Ir;

/// <summary>Rows of a table picked by token ids: [V, D], [n] → [n, D].</summary>
public sealed class Lookup(int id, Axis[] shape, string table) : Node(id, shape)
{
    /// <summary>The embedding's name.</summary>
    public string Table { get; } = table;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands => [];
}

/// <summary>Rows delayed by <see cref="By"/> within their sequence; the rows before its start are zero, or what the carry holds.</summary>
public sealed class Shift(int id, Node argument, int by) : Node(id, argument.Shape)
{
    /// <summary>The rows.</summary>
    public Node Argument { get; } = argument;

    /// <summary>At least 1.</summary>
    public int By { get; } = by;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; } = [argument];
}

/// <summary>
/// Rotary embedding of neighbouring columns (2i, 2i + 1) within each head, by the angle (place modulo period) · theta^(−2i / feature).
/// </summary>
public sealed class RotatePairs(int id, Node argument, Node theta, int feature, int period) : Node(id, argument.Shape)
{
    /// <summary>The rows: [n, heads · feature].</summary>
    public Node Argument { get; } = argument;

    /// <summary>Base of the frequencies: a setting or a constant.</summary>
    public Node Theta { get; } = theta;

    /// <summary>Columns of one head.</summary>
    public int Feature { get; } = feature;

    /// <summary>Places are taken modulo this.</summary>
    public int Period { get; } = period;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; } = [argument, theta];
}

/// <summary>The TTT scan: every head's inner model learns from its keys and values and answers its queries.</summary>
public sealed class Learn(int id, Axis[] shape, Node query, Node key, Node value, Node rate, Node tokenRate, string memory) : Node(id, shape)
{
    /// <summary>[n, heads · feature].</summary>
    public Node Query { get; } = query;

    /// <summary>[n, heads · feature].</summary>
    public Node Key { get; } = key;

    /// <summary>[n, heads · feature].</summary>
    public Node Value { get; } = value;

    /// <summary>[n, heads].</summary>
    public Node Rate { get; } = rate;

    /// <summary>[mini-batch].</summary>
    public Node TokenRate { get; } = tokenRate;

    /// <summary>Name of the linked memory.</summary>
    public string Memory { get; } = memory;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; } = [query, key, value, rate, tokenRate];
}
