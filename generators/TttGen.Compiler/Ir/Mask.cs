namespace TttGen.Compiler.Ir;

/// <summary>1 where the column is not after the row: who is before whom among the rows of one call.</summary>
public sealed class Mask(int id) : Input(id, [Axis.Rows, Axis.Rows], "tril");
