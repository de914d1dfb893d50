using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Ir;

/// <summary>
/// Functions of numbers, element by element. Each has a row in the table of <see cref="Functions"/>, and a method by its name in the runtime's <c>ILanes</c> (a
/// register of numbers) and in the kernels' <c>Fn</c> (a device); but for <see cref="Recip"/>, which is a division, and <see cref="Copy"/>.
/// </summary>
public enum Function
{
    /// <summary>tanh x</summary>
    Tanh,

    /// <summary>eˣ</summary>
    Exp,

    /// <summary>ln x</summary>
    Log,

    /// <summary>1 / (1 + e⁻ˣ)</summary>
    Sigmoid,

    /// <summary>1 / √x</summary>
    Rsqrt,

    /// <summary>√x</summary>
    Sqrt,

    /// <summary>1 / x</summary>
    Recip,

    /// <summary>ln(1 + eˣ)</summary>
    Softplus,

    /// <summary>max(x, y)</summary>
    Max,

    /// <summary>min(x, y)</summary>
    Min,

    /// <summary>|x|</summary>
    Abs,

    /// <summary>1 where x > 0, otherwise 0</summary>
    Step,

    /// <summary>y where x > 0, otherwise z</summary>
    Select,

    /// <summary>sin x</summary>
    Sin,

    /// <summary>cos x</summary>
    Cos,

    /// <summary>x itself, as a value apart: one that may lie elsewhere in memory.</summary>
    Copy,
}

/// <summary>What the compiler knows of a function.</summary>
/// <param name="Notation">As papers write it: a format of its arguments.</param>
/// <param name="Slopes">For each argument xᵢ the slope ∂y/∂xᵢ of y = f(x₀, x₁, …), in y where that is cheaper.</param>
/// <param name="Scalar">How single numbers are computed where a backend has no method of the function's name for them.</param>
/// <param name="IsCheap">One instruction or two: recomputed rather than stored.</param>
public sealed record FunctionRule(
    string Notation, IReadOnlyList<Func<Graph, Map, Node>> Slopes, Func<IScalarCode, Expr[], Expr>? Scalar = null, bool IsCheap = false);

/// <summary>Single numbers in the code of a backend.</summary>
public interface IScalarCode
{
    /// <summary>A constant.</summary>
    Expr Constant(double value);

    /// <summary>A function that the backend has for single numbers.</summary>
    Expr Call(Function function, params Expr[] arguments);
}

/// <summary>One row a function: notation, slopes, form of single numbers, cost. Slopes are expressions again, so they have slopes too.</summary>
public static class Functions
{
    private static readonly Dictionary<Function, FunctionRule> Rules = new()
    {
        [Function.Tanh] = new("tanh({0})", [(g, y) => g.Sub(g.Constant(1, y), g.Mul(y, y))]),
        [Function.Exp] = new("exp({0})", [(_, y) => y]),
        [Function.Log] = new("log({0})", [(g, y) => g.Map(Function.Recip, y.Operands[0])]),
        [Function.Sigmoid] = new("σ({0})", [(g, y) => g.Sub(y, g.Mul(y, y))], (s, x) => s.Constant(1) / (s.Constant(1) + s.Call(Function.Exp, -x[0]))),
        [Function.Rsqrt] = new("1/√({0})", [(g, y) => g.Scale(-0.5, g.Mul(y, y, y))], (s, x) => s.Constant(1) / s.Call(Function.Sqrt, x[0])),
        [Function.Sqrt] = new("√({0})", [(g, y) => g.Scale(0.5, g.Map(Function.Recip, y))]),
        [Function.Recip] = new("1/({0})", [(g, y) => g.Scale(-1, g.Mul(y, y))], (s, x) => s.Constant(1) / x[0]),
        [Function.Softplus] = new("softplus({0})", [(g, y) => g.Map(Function.Sigmoid, y.Operands[0])],
            (s, x) => s.Call(Function.Max, x[0], s.Constant(0)) + s.Call(Function.Log, s.Constant(1) + s.Call(Function.Exp, -s.Call(Function.Abs, x[0])))),
        // equal numbers: the second is taken
        [Function.Max] = new("max({0}, {1})", [(g, y) => Above(g, y.Operands[0], y.Operands[1]), (g, y) => NotAbove(g, y.Operands[0], y.Operands[1])], IsCheap: true),
        [Function.Min] = new("min({0}, {1})", [(g, y) => Above(g, y.Operands[1], y.Operands[0]), (g, y) => NotAbove(g, y.Operands[1], y.Operands[0])], IsCheap: true),
        [Function.Abs] = new("abs({0})", [(g, y) => g.Sub(g.Map(Function.Step, y.Operands[0]), g.Map(Function.Step, g.Scale(-1, y.Operands[0])))], IsCheap: true),
        [Function.Step] = new("[{0} > 0]", [(g, y) => g.Zero(y.Shape)], (s, x) => Expr.Choose(Positive(s, x[0]), s.Constant(1), s.Constant(0)), IsCheap: true),
        [Function.Select] = new("[{0} > 0 ? {1} : {2}]",
            [(g, y) => g.Zero(y.Shape), (g, y) => g.Map(Function.Step, y.Operands[0]), (g, y) => g.Sub(g.Constant(1, y), g.Map(Function.Step, y.Operands[0]))],
            (s, x) => Expr.Choose(Positive(s, x[0]), x[1], x[2]), IsCheap: true),
        [Function.Sin] = new("sin({0})", [(g, y) => g.Map(Function.Cos, y.Operands[0])]),
        [Function.Cos] = new("cos({0})", [(g, y) => g.Scale(-1, g.Map(Function.Sin, y.Operands[0]))]),
        [Function.Copy] = new("{0}", [(g, y) => g.Constant(1, y)], (_, x) => x[0], IsCheap: true),
    };

    private static Expr Positive(IScalarCode s, Expr x) => Expr.Binary(x, ">", s.Constant(0));

    /// <summary>1 where a > b, otherwise 0.</summary>
    private static Node Above(Graph g, Node a, Node b) => g.Map(Function.Step, g.Sub(a, b));

    /// <summary>1 where a ≤ b, otherwise 0.</summary>
    private static Node NotAbove(Graph g, Node a, Node b) => g.Sub(g.Constant(1, a), Above(g, a, b));

    /// <summary>The function's row.</summary>
    public static FunctionRule Rule(this Function function) => Rules[function];

    /// <summary>How many numbers it is a function of.</summary>
    public static int Arguments(this Function function) => Rules[function].Slopes.Count;
}
