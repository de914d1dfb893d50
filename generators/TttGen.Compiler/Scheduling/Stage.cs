using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>One step of a tile kernel. Stages run one after another; what a stage stores, later ones read.</summary>
public abstract record Stage;

/// <summary>How a product reads an operand that lies in memory as [x, y].</summary>
/// <param name="Value">The operand; null for a row of ones (a column sum).</param>
/// <param name="Transposed">The product's first index of this operand is the one that is contiguous in memory.</param>
public sealed record Factor(Node? Value, bool Transposed);

/// <summary>
/// Destination (+)= scale · A · B, a product of two tiles: [rows, inner] · [inner, columns].
/// </summary>
/// <param name="Result">The node whose value, or part of whose value, this is.</param>
/// <param name="Destination">Where it goes.</param>
/// <param name="A">Left operand.</param>
/// <param name="B">Right operand.</param>
/// <param name="Rows">Row axis of the result; null for one row.</param>
/// <param name="Inner">The axis that is summed.</param>
/// <param name="Columns">Column axis of the result.</param>
/// <param name="Lower">A is lower triangular: only its part on and below the diagonal is read.</param>
/// <param name="Accumulate">Added to what the destination holds.</param>
/// <param name="Constant">Constant part of the scale.</param>
/// <param name="Scalars">Run-time factors of the scale.</param>
public sealed record ContractStage(
    Node Result, TileBuffer Destination, Factor A, Factor B, Axis? Rows, Axis Inner, Axis Columns,
    bool Lower, bool Accumulate, double Constant, IReadOnlyList<Node> Scalars) : Stage;

/// <summary>
/// For every row: reductions along it and elementwise values, stored where <see cref="Stores"/> says. <see cref="RowAxis"/> null: one row.
/// </summary>
public sealed record RowsStage(Axis? RowAxis, IReadOnlyList<Node> Stores) : Stage;

/// <summary>Fills a buffer with zeros.</summary>
public sealed record ClearStage(TileBuffer Destination) : Stage;
