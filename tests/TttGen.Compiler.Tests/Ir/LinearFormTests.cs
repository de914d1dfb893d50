using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Tests.Ir;

/// <summary>A number is read as a sum of its variables with coefficients, or what is not linear in it is named.</summary>
public sealed class LinearFormTests
{
    private readonly Graph _g = new();

    [Fact]
    public void Coefficients_are_expressions_of_the_other_inputs()
    {
        var (x, y, a) = (_g.Input("x"), _g.Input("y"), _g.Input("a"));
        // (1 − a) x + σ(a) (2 y − x)
        var number = _g.Add(_g.Mul(_g.Sub(_g.Literal(1), a), x), _g.Mul(_g.Map(Function.Sigmoid, a), _g.Sub(_g.Scale(2, y), x)));
        var form = new LinearForm(_g, [x, y]).Of(number, out var defect);
        Assert.Null(defect);
        foreach (var at in new[] { -0.7, 0.3 })
        {
            var sigmoid = 1 / (1 + Math.Exp(-at));
            Assert.Equal(1 - at - sigmoid, Value(form[0], at), 12);
            Assert.Equal(2 * sigmoid, Value(form[1], at), 12);
        }
    }

    [Fact]
    public void What_has_no_part_has_coefficients_of_zero()
    {
        var form = new LinearForm(_g, [_g.Input("x"), _g.Input("y")]).Of(_g.Input("y"), out var defect);
        Assert.Null(defect);
        Assert.IsType<Zero>(form[0]);
        Assert.Equal(1, Assert.IsType<Literal>(form[1]).Value);
    }

    [Fact]
    public void Zero_is_linear()
    {
        var form = new LinearForm(_g, [_g.Input("x")]).Of(_g.Literal(0), out var defect);
        Assert.Null(defect);
        Assert.IsType<Zero>(form[0]);
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "square", "multiplied with one another" }, { "tanh", "Tanh of a part or a gradient" }, { "constant", "neither a part nor a gradient" }, { "alone", "neither a part nor a gradient" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void What_is_not_linear_is_named(string what, string words)
    {
        var (x, a) = (_g.Input("x"), _g.Input("a"));
        var number = what switch
        {
            "square" => _g.Mul(x, x),
            "tanh" => _g.Map(Function.Tanh, x),
            "constant" => _g.Add(x, a),
            _ => a,
        };
        new LinearForm(_g, [x]).Of(number, out var defect);
        Assert.Contains(words, defect, StringComparison.Ordinal);
    }

    private static double Value(Node n, double a) => n switch
    {
        Literal l => l.Value,
        Zero => 0,
        Input => a,
        Sum s => s.Operands.Sum(o => Value(o, a)),
        Einsum e => e.Coefficient * e.Factors.Aggregate(1.0, (product, f) => product * Value(f.Node, a)),
        Map { Function: Function.Sigmoid } m => 1 / (1 + Math.Exp(-Value(m.Operands[0], a))),
        _ => throw new NotSupportedException(n.GetType().Name),
    };
}
