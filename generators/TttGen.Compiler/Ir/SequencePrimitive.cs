namespace TttGen.Compiler.Ir;

/// <summary>
/// An operation with a kernel of its own over rows in memory: its rows depend on rows of the past by more than a delay (a scan, attention) or on their place (a rotation).
/// What it needs of the past it carries in a sequence's state; its gradient is one kernel for all of its operands.
/// </summary>
/// <param name="id">The node's number.</param>
/// <param name="shape">Of its rows: [n, columns].</param>
/// <param name="rows">Operands that have a row a token; they lie in memory.</param>
/// <param name="others">Operands that are the same for all rows.</param>
public abstract class SequencePrimitive(int id, Axis[] shape, IReadOnlyList<Node> rows, IReadOnlyList<Node> others) : Node(id, shape)
{
    /// <summary>Operands that have a row a token, first among <see cref="Operands"/>.</summary>
    public IReadOnlyList<Node> Rows { get; } = rows;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; } = [.. rows, .. others];

    /// <summary>What its kernels are called after.</summary>
    public abstract string Name { get; }

    /// <summary>How summaries write it, before its operands.</summary>
    public abstract string Call { get; }

    /// <summary>What its rows are called where the spec gives no name.</summary>
    public abstract string Result { get; }

    /// <summary>What a sequence keeps of it from call to call; null: nothing.</summary>
    public abstract Carry? Carry { get; }

    /// <summary>Columns of what its kernel lays down for its gradient's beside its own rows (<see cref="SequenceStatistics"/>); 0: nothing.</summary>
    public virtual int Statistics => 0;

    /// <summary>What an operand is called.</summary>
    public abstract string NameOf(int operand);

    /// <summary>The same operation on other operands.</summary>
    public abstract SequencePrimitive With(int id, IReadOnlyList<Node> operands);
}

/// <summary>What a sequence primitive's kernel lays down for its gradient's: a row a token.</summary>
/// <param name="id">The node's number.</param>
/// <param name="primitive">Whose kernel lays it down.</param>
public sealed class SequenceStatistics(int id, SequencePrimitive primitive) : Node(id, [Axis.Rows, new Axis("Statistics", primitive.Statistics)])
{
    /// <summary>Whose kernel lays it down.</summary>
    public SequencePrimitive Primitive { get; } = primitive;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; } = [primitive];
}

/// <summary>The outer gradient of a sequence primitive by one of its operands. One kernel makes all of them, and those of the primitive's own parameters.</summary>
/// <param name="id">The node's number.</param>
/// <param name="primitive">What is differentiated.</param>
/// <param name="output">The gradient of its rows.</param>
/// <param name="operand">Which of its operands.</param>
public sealed class SequenceGradient(int id, SequencePrimitive primitive, Node output, int operand) : Node(id, primitive.Operands[operand].Shape)
{
    /// <summary>What is differentiated.</summary>
    public SequencePrimitive Primitive { get; } = primitive;

    /// <summary>The gradient of its rows.</summary>
    public Node Output { get; } = output;

    /// <summary>Which of its operands.</summary>
    public int Operand { get; } = operand;

    /// <summary>Whether it has a row a token.</summary>
    public bool IsRows => Operand < Primitive.Rows.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; } = [.. primitive.Operands, output];
}
