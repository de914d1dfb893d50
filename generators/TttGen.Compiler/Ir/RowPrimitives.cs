namespace TttGen.Compiler.Ir;

/// <summary>Rows of a table picked by token ids: [V, D], [n] → [n, D].</summary>
public sealed class Lookup(int id, Axis[] shape, string table) : Node(id, shape)
{
    /// <summary>The embedding's name.</summary>
    public string Table { get; } = table;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands => [];
}

/// <summary>
/// Rows delayed by <see cref="By"/> within their sequence; the rows before its start are zero, or what the carry holds. A negative delay reads ahead;
/// the rows past the end are zero.
/// </summary>
public sealed class Shift(int id, Node argument, int by) : Node(id, argument.Shape)
{
    /// <summary>The rows.</summary>
    public Node Argument { get; } = argument;

    /// <summary>At least 1, or at most −1.</summary>
    public int By { get; } = by;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; } = [argument];
}

/// <summary>
/// Rotary embedding of neighbouring columns (2i, 2i + 1) within each head, by the angle (place modulo period) · theta^(−2i / feature), or
/// back by it.
/// </summary>
public sealed class RotatePairs(int id, Node argument, Node theta, int feature, int period, bool back = false) : Node(id, argument.Shape)
{
    /// <summary>The rows: [n, heads · feature].</summary>
    public Node Argument { get; } = argument;

    /// <summary>Base of the frequencies: a setting or a constant.</summary>
    public Node Theta { get; } = theta;

    /// <summary>Columns of one head.</summary>
    public int Feature { get; } = feature;

    /// <summary>Places are taken modulo this.</summary>
    public int Period { get; } = period;

    /// <summary>Whether the angle is taken negative.</summary>
    public bool Back { get; } = back;

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

/// <summary>What a <see cref="LearnGradient"/> is the gradient by, in the order of <see cref="Learn"/>'s operands.</summary>
public enum LearnPart
{
    /// <summary>[n, heads · feature].</summary>
    Query,

    /// <summary>[n, heads · feature].</summary>
    Key,

    /// <summary>[n, heads · feature].</summary>
    Value,

    /// <summary>[n, heads].</summary>
    Rate,

    /// <summary>[mini-batch].</summary>
    TokenRate,
}

/// <summary>The outer gradient of a TTT scan by one of its operands. One backward scan makes all of them, and those of the memory's own weights.</summary>
public sealed class LearnGradient(int id, Learn learn, Node output, LearnPart part) : Node(id, learn.Operands[(int)part].Shape)
{
    /// <summary>The scan.</summary>
    public Learn Learn { get; } = learn;

    /// <summary>The gradient of its answers.</summary>
    public Node Output { get; } = output;

    /// <summary>Which operand.</summary>
    public LearnPart Part { get; } = part;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; } = [learn.Query, learn.Key, learn.Value, learn.Rate, learn.TokenRate, output];
}
