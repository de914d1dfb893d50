using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>One step of a tile kernel. Stages run one after another; what a stage stores, later ones read.</summary>
public abstract record Stage;

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
/// <param name="Triangle">Lower: only A's part on and below the diagonal is read. Upper: A holds zeros below it, which are not read by the block.</param>
/// <param name="Accumulate">Added to what the destination holds.</param>
/// <param name="Constant">Constant part of the scale.</param>
/// <param name="Scalars">Run-time factors of the scale.</param>
public sealed record ContractStage(
    Node Result, TileBuffer Destination, Factor A, Factor B, Axis? Rows, Axis Inner, Axis Columns,
    Triangle Triangle, bool Accumulate, double Constant, IReadOnlyList<Node> Scalars) : Stage
{
    /// <summary>Rows of A by rows of B and nothing else: for few rows cheaper as dot products than through a transposed copy of B.</summary>
    public bool IsDotProducts => B.Transposed && A is { Value: not null, Transposed: false } && !Accumulate && Triangle == Triangle.None && Constant == 1 && Scalars.Count == 0;
}

/// <summary>
/// For every row: reductions along it and elementwise values, stored where <see cref="Stores"/> says, or added up over the rows.
/// <see cref="RowAxis"/> null: one row.
/// </summary>
public sealed record RowsStage(Axis? RowAxis, IReadOnlyList<Node> Stores, IReadOnlyList<RowSum> Sums) : Stage;

/// <summary>Destination += what each row gives.</summary>
/// <param name="Result">The node whose value, or part of whose value, the sum is.</param>
/// <param name="Body">What a row gives: a vector along it, or a number.</param>
/// <param name="Access">How the body is read: along the row, a number of each row, or one number where there is one row.</param>
/// <param name="Destination">Where it goes.</param>
public sealed record RowSum(Node Result, Node Body, Access Access, TileBuffer Destination);

/// <summary>A copy with rows and columns exchanged, for those who read a tile by columns.</summary>
public sealed record TransposeStage(TileBuffer Source, TileBuffer Destination) : Stage;

/// <summary>Rows of one buffer copied to another: two outputs of one value.</summary>
public sealed record CopyStage(TileBuffer Source, TileBuffer Destination) : Stage;

/// <summary>Fills a buffer with zeros.</summary>
public sealed record ClearStage(TileBuffer Destination) : Stage;
