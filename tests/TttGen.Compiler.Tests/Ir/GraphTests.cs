using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Tests.Ir;

public class GraphTests
{
    private static readonly Axis F = new("F", 5), M = new("M", 4), H = new("H", 3);
    private readonly Graph _g = new();

    private Node X => _g.Input("x", Axis.Rows, F);
    private Node Y => _g.Input("y", Axis.Rows, F);
    private Node W => _g.Input("w", F, M);

    [Fact]
    public void Equal_expressions_are_one_node()
    {
        Assert.Same(_g.Mul(X, Y), _g.Mul(Y, X));
        Assert.Same(_g.Add(X, Y), _g.Add(Y, X));
        Assert.Same(_g.Einsum("na,ab->nb", X, W), _g.Einsum("pq,qr->pr", X, W));
        Assert.NotSame(_g.Einsum("na,sa->ns", X, Y), _g.Einsum("na,sa->sn", X, Y));
    }

    [Fact]
    public void Views_are_read_through()
    {
        Assert.Same(W, _g.Transpose(_g.Transpose(W)));
        Assert.Same(X, _g.Scale(0.5, _g.Scale(2, X)));
        Assert.Same(_g.Einsum("na,ab->nb", X, W), _g.Einsum("na,ba->nb", X, _g.Transpose(W)));
    }

    [Fact]
    public void Like_terms_are_one()
    {
        Assert.Same(_g.Scale(3, X), _g.Add(X, _g.Scale(2, X)));
        Assert.IsType<Zero>(_g.Sub(X, X));
        Assert.Same(Y, _g.Sub(_g.Add(X, Y), X));
    }

    [Fact]
    public void A_product_with_zero_is_zero()
    {
        Assert.IsType<Zero>(_g.Mul(X, _g.Zero(X.Shape)));
        Assert.Same(X, _g.Add(X, _g.Zero(X.Shape)));
    }

    [Fact]
    public void The_sum_of_what_is_centred_vanishes()
    {
        foreach (var size in new[] { 5, 49, 64, 96, 768 })
        {
            var g = new Graph();
            var x = g.Input("x", Axis.Rows, new Axis("D", size));
            var centred = g.Sub(x, g.Spread(g.Mean(x), x.Shape));
            Assert.IsType<Zero>(g.Sum(centred));
            Assert.IsType<Zero>(g.Sum(g.Mul(centred, g.Spread(g.Map(Function.Exp, g.Mean(x)), x.Shape))));
        }
    }

    [Fact]
    public void Row_factors_stand_outside_a_sum()
    {
        var scaled = _g.Einsum("n,na,ab->nb", _g.Input("lr", Axis.Rows), X, W);
        var product = Assert.IsType<Einsum>(scaled);
        Assert.True(product.IsElementwise);
        Assert.Contains(_g.Einsum("na,ab->nb", X, W), product.Operands);
    }

    [Fact]
    public void A_common_factor_saves_a_product()
    {
        var b = _g.Input("b", Axis.Rows, F);
        Assert.Same(_g.Einsum("na,ab->nb", _g.Add(X, b), W), _g.Add(_g.Einsum("na,ab->nb", X, W), _g.Einsum("na,ab->nb", b, W)));
        Assert.Same(_g.Mul(X, _g.Add(Y, b)), _g.Add(_g.Mul(X, Y), _g.Mul(X, b)));
    }

    [Fact]
    public void Many_factors_are_contracted_in_the_cheapest_order()
    {
        // one query against many keys: scores first, never the matrix keyᵀ delta
        Axis wide = new("Wide", 256);
        var scores = _g.Einsum("na,sa,sb->nb", _g.Input("q", Axis.Rows, wide), _g.Input("k", Axis.Rows, wide), _g.Input("d", Axis.Rows, wide));
        Assert.All(((Einsum)scores).Operands, o => Assert.NotEqual([wide, wide], o.Shape));
    }

    [Fact]
    public void Lesser_shapes_spread_over_the_axes_that_they_lack()
    {
        var x = _g.Input("heads", Axis.Rows, H, F);
        Assert.Equal(x.Shape, _g.Mul(x, _g.Input("scale", H, F)).Shape);
        Assert.Equal(x.Shape, _g.Add(x, _g.Input("rate", Axis.Rows, H)).Shape);
        Assert.Throws<ArgumentException>(() => _g.Mul(x, _g.Input("other", M)));
        Assert.Throws<ArgumentException>(() => _g.Add(X, _g.Einsum("na,ab->nb", X, W)));
    }

    [Fact]
    public void Wrong_letters_are_refused()
    {
        Assert.Contains("runs over M here and over F", Assert.Throws<ArgumentException>(() => _g.Einsum([(X, "na"), (W, "ba")], "nb", [Axis.Rows, F])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => _g.Einsum([(X, "n")], "n", [Axis.Rows]));
        Assert.Throws<ArgumentException>(() => _g.Input("x", F));
    }
}
