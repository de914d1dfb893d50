namespace TttGen.Compiler.Ir;

/// <summary>
/// An operation whose rows depend on rows of the past by more than a delay: a scan, attention. It has a kernel of its own, rows in memory, a carry in a sequence's
/// state, and a gradient that one kernel makes for all of its operands.
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

    /// <summary>What a sequence keeps of it from call to call.</summary>
    public abstract Carry Carry { get; }

    /// <summary>What an operand is called.</summary>
    public abstract string NameOf(int operand);

    /// <summary>The same operation on other operands.</summary>
    public abstract SequencePrimitive With(int id, IReadOnlyList<Node> operands);
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
