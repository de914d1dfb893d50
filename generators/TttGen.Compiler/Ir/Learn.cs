namespace TttGen.Compiler.Ir;

/// <summary>The scan of a memory: every head's inner model learns from its keys and values and answers its queries.</summary>
/// <param name="id">The node's number.</param>
/// <param name="shape">Of the answers: [n, heads · feature].</param>
/// <param name="query">[n, heads · feature].</param>
/// <param name="key">[n, heads · feature].</param>
/// <param name="value">[n, heads · feature].</param>
/// <param name="inputs">[n, heads] each: the rate, or what the optimiser's step takes.</param>
/// <param name="tokenRate">[mini-batch]; null under an optimiser of its own.</param>
/// <param name="names">What the inputs are called.</param>
/// <param name="carry">Of the memory that learns: its name is the memory's.</param>
public sealed class Learn(int id, Axis[] shape, Node query, Node key, Node value, IReadOnlyList<Node> inputs, Node? tokenRate, IReadOnlyList<string> names, Carry carry)
    : SequencePrimitive(id, shape, [query, key, value, .. inputs], tokenRate is null ? [] : [tokenRate])
{
    /// <summary>[n, heads · feature].</summary>
    public Node Query => Rows[QueryAt];

    /// <summary>[n, heads · feature].</summary>
    public Node Key => Rows[KeyAt];

    /// <summary>[n, heads · feature].</summary>
    public Node Value => Rows[ValueAt];

    /// <summary>[n, heads] each.</summary>
    public IReadOnlyList<Node> Inputs { get; } = inputs;

    /// <summary>[mini-batch]; null under an optimiser of its own.</summary>
    public Node? TokenRate { get; } = tokenRate;

    /// <summary>Name of the linked memory.</summary>
    public string Memory => Carry.Name;

    /// <inheritdoc/>
    public override Carry Carry { get; } = carry;

    /// <inheritdoc/>
    public override string Name => "Learn" + Memory;

    /// <inheritdoc/>
    public override string Call => Memory + ".Learn";

    /// <inheritdoc/>
    public override string Result => "answers";

    /// <inheritdoc/>
    public override string NameOf(int operand) => operand switch
    {
        QueryAt => nameof(Query),
        KeyAt => nameof(Key),
        ValueAt => nameof(Value),
        _ when operand < Rows.Count => names[operand - InputsAt],
        _ => nameof(TokenRate),
    };

    /// <inheritdoc/>
    public override SequencePrimitive With(int id, IReadOnlyList<Node> operands) => new Learn(id, Shape, operands[QueryAt], operands[KeyAt], operands[ValueAt],
        [.. operands.Skip(InputsAt).Take(Inputs.Count)], TokenRate is null ? null : operands[operands.Count - 1], names, Carry);

    /// <summary>Places of the operands.</summary>
    public const int QueryAt = 0, KeyAt = 1, ValueAt = 2, InputsAt = 3;
}
