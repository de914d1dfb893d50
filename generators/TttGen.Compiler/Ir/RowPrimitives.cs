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

/// <summary>The scan of a memory: every head's inner model learns from its keys and values and answers its queries.</summary>
/// <param name="id">The node's number.</param>
/// <param name="shape">Of the answers: [n, heads · feature].</param>
/// <param name="query">[n, heads · feature].</param>
/// <param name="key">[n, heads · feature].</param>
/// <param name="value">[n, heads · feature].</param>
/// <param name="inputs">[n, heads] each: the rate, or what the optimiser's step takes.</param>
/// <param name="tokenRate">[mini-batch]; null under an optimiser of its own.</param>
/// <param name="names">What the inputs are called.</param>
/// <param name="memory">Name of the linked memory.</param>
public sealed class Learn(int id, Axis[] shape, Node query, Node key, Node value, IReadOnlyList<Node> inputs, Node? tokenRate, IReadOnlyList<string> names, string memory) : Node(id, shape)
{
    /// <summary>[n, heads · feature].</summary>
    public Node Query { get; } = query;

    /// <summary>[n, heads · feature].</summary>
    public Node Key { get; } = key;

    /// <summary>[n, heads · feature].</summary>
    public Node Value { get; } = value;

    /// <summary>[n, heads] each.</summary>
    public IReadOnlyList<Node> Inputs { get; } = inputs;

    /// <summary>[n, heads]: the rate, where gradient descent is what moves the memory.</summary>
    public Node Rate => Inputs[0];

    /// <summary>[mini-batch]; null under an optimiser of its own.</summary>
    public Node? TokenRate { get; } = tokenRate;

    /// <summary>What the inputs are called.</summary>
    public IReadOnlyList<string> Names { get; } = names;

    /// <summary>Name of the linked memory.</summary>
    public string Memory { get; } = memory;

    /// <summary>The operands that have a row a token, first among <see cref="Operands"/>.</summary>
    public IReadOnlyList<Node> Rows { get; } = [query, key, value, .. inputs];

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; } = tokenRate is null ? [query, key, value, .. inputs] : [query, key, value, .. inputs, tokenRate];

    /// <summary>What an operand is called.</summary>
    public string NameOf(int operand) => operand switch
    {
        QueryAt => "Query",
        KeyAt => "Key",
        ValueAt => "Value",
        _ when operand < Rows.Count => Names[operand - InputsAt],
        _ => "TokenRate",
    };

    /// <summary>The same scan of other operands.</summary>
    public Learn With(int id, IReadOnlyList<Node> operands) => new(id, Shape, operands[QueryAt], operands[KeyAt], operands[ValueAt],
        [.. operands.Skip(InputsAt).Take(Inputs.Count)], TokenRate is null ? null : operands[operands.Count - 1], Names, Memory);

    /// <summary>Places of the operands.</summary>
    public const int QueryAt = 0, KeyAt = 1, ValueAt = 2, InputsAt = 3;
}

/// <summary>The outer gradient of a scan by one of its operands. One backward scan makes all of them, and those of the memory's own weights.</summary>
public sealed class LearnGradient(int id, Learn learn, Node output, int operand) : Node(id, learn.Operands[operand].Shape)
{
    /// <summary>The scan.</summary>
    public Learn Learn { get; } = learn;

    /// <summary>The gradient of its answers.</summary>
    public Node Output { get; } = output;

    /// <summary>Which of the scan's operands.</summary>
    public int Operand { get; } = operand;

    /// <summary>Whether it has a row a token.</summary>
    public bool IsRows => Operand < Learn.Rows.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; } = [.. learn.Operands, output];
}
