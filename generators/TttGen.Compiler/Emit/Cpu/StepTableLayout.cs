using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>Where the coefficients of rows' steps lie in a table of some rows: the runtime's StepTable lays it out by the same rules.</summary>
/// <param name="parts">Parts of the optimiser.</param>
/// <param name="rows">Rows that the table has room for.</param>
internal sealed class StepTableLayout(int parts, int rows)
{
    /// <summary>Elements.</summary>
    public long Size => 2 * parts * Row(rows) + Row(rows * rows) + Row(parts * parts);

    /// <summary>The first element of what a program takes of the table.</summary>
    public long Offset(Argument argument) => argument.Kind switch
    {
        ArgumentKind.Keeps => argument.Index * Row(rows),
        ArgumentKind.EndGains => (parts + argument.Index) * Row(rows),
        ArgumentKind.Gains => 2 * parts * Row(rows),
        ArgumentKind.Ends => 2 * parts * Row(rows) + Row(rows * rows) + argument.Index * parts + argument.Source,
        _ => throw new ArgumentOutOfRangeException(nameof(argument), argument.Kind, "nothing of a table"),
    };

    /// <summary>Elements that so many numbers take: the next tensor begins at a boundary of 16.</summary>
    public static long Row(long count) => (count + 15) / 16 * 16;
}
