using System.Globalization;

namespace TttGen.Compiler.Language;

/// <summary>The key of a parameter that is a piece of a checkpoint's tensor: the tensor's, and which piece.</summary>
public static class PieceKey
{
    /// <summary>The key of a piece: <c>in_proj.weight[1]</c>.</summary>
    public static string Of(string tensor, int piece) => $"{tensor}[{piece.ToString(CultureInfo.InvariantCulture)}]";
}
