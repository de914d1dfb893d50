namespace TttGen.Compiler.Ir;

/// <summary>A recurrence over the tokens of a sequence: each element steps by itself, and a channel's answer is the sum over its places.</summary>
public sealed class Recur : SequencePrimitive
{
    private readonly int _rowCount;

    /// <param name="id">The node's number.</param>
    /// <param name="rows">[n, channels] or [n, places] each, the channels' own first.</param>
    /// <param name="numbers">Settings.</param>
    /// <param name="recurrence">What a token does.</param>
    public Recur(int id, IReadOnlyList<Node> rows, IReadOnlyList<Node> numbers, Recurrence recurrence)
        : this(id, rows, numbers, recurrence, new Carry(recurrence.Name, 1, [new CarryPart("State", (long)recurrence.Parts.Count * recurrence.Places * recurrence.Channels.Size)]))
    {
    }

    private Recur(int id, IReadOnlyList<Node> rows, IReadOnlyList<Node> numbers, Recurrence recurrence, Carry carry) : base(id, rows[0].Shape, rows, numbers) =>
        (_rowCount, Recurrence, Carry) = (rows.Count, recurrence, carry);

    /// <summary>What a token does.</summary>
    public Recurrence Recurrence { get; }

    /// <summary>[parts, places, channels] of each layer.</summary>
    public override Carry Carry { get; }

    /// <inheritdoc/>
    public override string Name => "Scan" + Recurrence.Name;

    /// <inheritdoc/>
    public override string Call => Recurrence.Name + ".Scan";

    /// <inheritdoc/>
    public override string Result => "scanned";

    /// <inheritdoc/>
    public override string NameOf(int operand) => Recurrence.Inputs.First(i => i.Operand == operand).Name;

    /// <inheritdoc/>
    public override SequencePrimitive With(int id, IReadOnlyList<Node> operands) => new Recur(id, [.. operands.Take(_rowCount)], [.. operands.Skip(_rowCount)], Recurrence, Carry);
}
