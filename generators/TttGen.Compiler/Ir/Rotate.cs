namespace TttGen.Compiler.Ir;

/// <summary>Rotary embedding of each head by the place of a row in its sequence: pairs of columns turn by place · theta^(−2i / feature), or back by it.</summary>
/// <param name="id">The node's number.</param>
/// <param name="argument">[n, heads · feature].</param>
/// <param name="frequencies">What they are made of, settings or constants: their base, and where they are stretched factor, low, high and length.</param>
/// <param name="feature">Columns of one head.</param>
/// <param name="halves">Whether pairs are (i, i + feature / 2); otherwise neighbours (2i, 2i + 1).</param>
/// <param name="back">Whether the angle is taken negative.</param>
public sealed class Rotate(int id, Node argument, IReadOnlyList<Node> frequencies, int feature, bool halves, bool back = false) : SequencePrimitive(id, argument.Shape, [argument], frequencies)
{
    /// <summary>What the frequencies are made of, settings or constants: their base, and where they are stretched factor, low, high and length.</summary>
    public IReadOnlyList<Node> Frequencies { get; } = frequencies;

    /// <summary>Columns of one head.</summary>
    public int Feature { get; } = feature;

    /// <summary>Whether pairs are (i, i + feature / 2); otherwise neighbours.</summary>
    public bool Halves { get; } = halves;

    /// <summary>Whether the angle is taken negative: the gradient's direction.</summary>
    public bool Back { get; } = back;

    /// <inheritdoc/>
    public override string Name => Back ? "RotateBack" : "Rotate";

    /// <inheritdoc/>
    public override string Call => $"{(Halves ? "rotateHalves" : "rotatePairs")}{(Back ? "Back" : "")}";

    /// <inheritdoc/>
    public override string Result => "rotated";

    /// <inheritdoc/>
    public override Carry? Carry => null;

    /// <inheritdoc/>
    public override string NameOf(int operand) => operand == 0 ? "Argument" : nameof(Frequencies);

    /// <inheritdoc/>
    public override SequencePrimitive With(int id, IReadOnlyList<Node> operands) => new Rotate(id, operands[0], [.. operands.Skip(1)], Feature, Halves, Back);
}
