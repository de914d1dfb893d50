using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>
/// How a value is read inside a stage over rows: for each of its axes, 'r' (the stage's row) or 'c' (the column loop). "rc" and "c" are vectors
/// along a row; "r" and "" are scalars.
/// </summary>
public static class Roles
{
    /// <summary>The role of a value that a stage over <paramref name="rowAxis"/> computes.</summary>
    public static string Of(Node node, Axis? rowAxis) => node.Shape.Length switch
    {
        0 => "",
        1 => rowAxis is { } r && r.IsRows && node.Shape[0] == r ? "r" : "c",
        2 => "rc",
        _ => throw new CompileException("TTT100", $"a value of {node.Shape.Length} axes is not part of the schedule"),
    };

    /// <summary>True for values along a row.</summary>
    public static bool IsVector(string role) => role.Contains('c');

    /// <summary>The role in which <paramref name="e"/>, itself in <paramref name="role"/>, reads its operand; reduced indices are columns.</summary>
    public static string OfOperand(Einsum e, string role, int operand)
    {
        var index = e.Indices[operand];
        var result = new char[index.Length];
        for (var k = 0; k < index.Length; k++)
        {
            var at = e.Out.IndexOf(index[k]);
            result[k] = at < 0 ? 'c' : role[at];
        }
        return new string(result);
    }
}
