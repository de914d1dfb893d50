using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>How a value is read inside a stage over rows: which of its axes is the stage's row, and which the loop over columns.</summary>
public enum Access
{
    /// <summary>[]: one number for all rows.</summary>
    Scalar,

    /// <summary>[row]: a number of each row.</summary>
    PerRow,

    /// <summary>[column]: a vector along the row, the same for all rows.</summary>
    Shared,

    /// <summary>[row, column]: a row of a tile.</summary>
    AlongRow,

    /// <summary>[column, row]: a column of a tile.</summary>
    Transposed,

    /// <summary>[column, column]: a whole matrix, the operand of a product. A stage over rows that comes upon one reads the product from memory.</summary>
    Matrix,
}

/// <summary>What follows from how a value is read.</summary>
public static class Accesses
{
    /// <summary>How a stage over <paramref name="rowAxis"/> reads a value that it computes.</summary>
    public static Access Of(Node node, Axis? rowAxis) => node.Shape.Length switch
    {
        0 => Access.Scalar,
        1 => rowAxis is { } r && r.IsRows && node.Shape[0] == r ? Access.PerRow : Access.Shared,
        2 => Access.AlongRow,
        _ => throw NotScheduled(node.Shape.Length),
    };

    /// <summary>True for values along a row.</summary>
    public static bool IsVector(this Access access) => access switch
    {
        Access.Scalar or Access.PerRow => false,
        Access.Shared or Access.AlongRow or Access.Transposed or Access.Matrix => true,
        _ => throw new ArgumentOutOfRangeException(nameof(access), access, null),
    };

    /// <summary>True for a row or a column of a tile.</summary>
    public static bool IsOfTile(this Access access) => access switch
    {
        Access.Scalar or Access.PerRow or Access.Shared => false,
        Access.AlongRow or Access.Transposed or Access.Matrix => true,
        _ => throw new ArgumentOutOfRangeException(nameof(access), access, null),
    };

    /// <summary>How <paramref name="e"/>, itself read so, reads its operand; what is summed over are columns.</summary>
    public static Access OfOperand(Einsum e, Access access, int operand)
    {
        bool[] isRow = [.. e.Indices[operand].Select(c => e.Out.IndexOf(c) is >= 0 and var at && IsRow(access, at))];
        return isRow switch
        {
            [] => Access.Scalar,
            [true] => Access.PerRow,
            [false] => Access.Shared,
            [true, false] => Access.AlongRow,
            [false, true] => Access.Transposed,
            [false, false] => Access.Matrix,
            _ => throw NotScheduled(isRow.Length),
        };
    }

    private static bool IsRow(Access access, int axis) => access switch
    {
        Access.PerRow => true,
        Access.Shared or Access.Matrix => false,
        Access.AlongRow => axis == 0,
        Access.Transposed => axis == 1,
        _ => throw new ArgumentOutOfRangeException(nameof(access), access, null),
    };

    private static CompileException NotScheduled(int axes) => new("TTT100", $"a value of {axes} axes is not part of the schedule");
}
