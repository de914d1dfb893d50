using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Language;

/// <summary>The language's operators and functions as expressions: one line an operation.</summary>
internal static class Primitives
{
    public static Node Apply(Graph g, string spec, string operation, Node[] x) => operation switch
    {
        "Add" => g.Add(Wide(g, x[0], x[1]), Wide(g, x[1], x[0])),
        "Subtract" => g.Sub(Wide(g, x[0], x[1]), Wide(g, x[1], x[0])),
        "Multiply" when x[0].Rank == 1 && x[1].Rank == 2 && !x[1].Shape[0].IsRows => g.Einsum("a,ab->b", x[0], x[1]),
        "Multiply" => Times(g, x[0], x[1]),
        "Divide" when x[1] is Literal divisor => g.Scale(1 / divisor.Value, x[0]),
        "Divide" => Times(g, x[0], g.Map(Function.Recip, x[1])),
        "Negate" => g.Scale(-1, x[0]),
        "LayerNorm" => g.LayerNorm(x[0], x[1], x[2]),
        "RmsNorm" => x.Length == 2 ? g.RmsNorm(x[0], x[1]) : g.RmsNorm(x[0], x[1], x[2]),
        "L2Norm" => g.L2Norm(x[0]),
        "Dot" => g.Dot(x[0], x[1]),
        "SquaredNorm" => g.SquaredNorm(x[0]),
        "Sum" => g.Sum(x[0]),
        "Transpose" => g.Transpose(x[0]),
        "Silu" => g.Silu(x[0]),
        "Gelu" => g.Gelu(x[0]),
        "Relu" => g.Relu(x[0]),
        "Square" => g.Square(x[0]),
        "Clamp" => g.Clamp(x[0], x[1], x[2]),
        _ when Enum.TryParse<Function>(operation, out var function) && function.Arguments() == x.Length => g.Map(function, [.. x.Select(of => Wide(g, of, x.OrderByDescending(n => n.Rank).First()))]),
        _ => throw new CompileException("TTT129", $"{spec}: {operation} is not part of the compiler's language"),
    };

    /// <summary>x in the shape of the wider of the two: a number, or a vector over the columns of rows.</summary>
    private static Node Wide(Graph g, Node x, Node like)
    {
        if (x.Rank >= like.Rank) return x;
        var all = Graph.Letters(like.Rank);
        return g.Einsum([(x, all.Substring(like.Rank - x.Rank))], all, like.Shape);
    }

    private static Node Times(Graph g, Node a, Node b)
    {
        var like = a.Rank >= b.Rank ? a : b;
        var all = Graph.Letters(like.Rank);
        return g.Einsum([(a, all.Substring(like.Rank - a.Rank)), (b, all.Substring(like.Rank - b.Rank))], all, like.Shape);
    }
}
