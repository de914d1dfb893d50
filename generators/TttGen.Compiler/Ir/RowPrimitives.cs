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
