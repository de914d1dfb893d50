using Microsoft.CodeAnalysis;
using TttGen.Compiler.Language;
using TttGen.Generators.Diagnostics;
using TttGen.Generators.Parsing;

namespace TttGen.Generators.Tests;

/// <summary>From C# to the program's text: what each construct becomes.</summary>
public sealed class SpecParserTests
{
    [Fact]
    public void A_local_gives_its_name_to_its_value() => AssertBody(
        "var hidden = x * W; var same = hidden; var y = Silu(same); return y;",
        """
          hidden: TttGen.Seq<D> = Multiply(x, W)
          y: TttGen.Seq<D> = Silu<D>(hidden)
          return y
        """);

    [Fact]
    public void Assigning_makes_a_new_value() => AssertBody(
        "x += x; var y = x; y *= W; y = y - x; x -= y; return x;",
        """
          x2: TttGen.Seq<D> = Add(x, x)
          y: TttGen.Seq<D> = Multiply(x2, W)
          y2: TttGen.Seq<D> = Subtract(y, x2)
          x3: TttGen.Seq<D> = Subtract(x2, y2)
          return x3
        """);

    [Fact]
    public void No_value_takes_the_name_of_a_parameter_or_of_another() => AssertBody(
        "var W = x + x; var t0 = W * this.W; var t1 = (t0 + t0) * (t0 - W); return t1;",
        """
          W2: TttGen.Seq<D> = Add(x, x)
          t0: TttGen.Seq<D> = Multiply(W2, W)
          t1: TttGen.Seq<D> = Add(t0, t0)
          t2: TttGen.Seq<D> = Subtract(t0, W2)
          t12: TttGen.Seq<D> = Multiply(t1, t2)
          return t12
        """);

    [Fact]
    public void Constants_are_literals_wherever_they_come_from() => AssertBody(
        "const double two = 2; return (two * Half + System.Math.PI) * x;",
        """
          t0: double = Literal 4.141592653589793
          t1: TttGen.Seq<D> = Multiply(t0, x)
          return t1
        """);

    [Fact]
    public void Settings_and_sizes_are_numbers() => AssertBody(
        "var rate = -Setting / (2 * D.Size + 1); return (double)rate * x;",
        """
          t0: double = Negate(Setting)
          t1: int = Literal 2
          t2: int = Size<D>()
          t3: int = Multiply(t1, t2)
          t4: int = Literal 1
          t5: int = Add(t3, t4)
          rate: double = Divide(t0, t5)
          t6: TttGen.Seq<D> = Multiply(rate, x)
          return t6
        """);

    [Fact]
    public void Arguments_are_in_the_methods_order_however_they_are_named() => AssertBody(
        "return x.RmsNorm(epsilon: 1e-6, scale: W);",
        """
          t0: double = Literal 1E-06
          t1: TttGen.Seq<D> = RmsNorm(x, W, t0)
          return t1
        """);

    [Fact]
    public void Methods_of_sub_specs_and_own_ones_are_calls() => AssertBody(
        "return Twice(Norm.Apply(-x));",
        """
          t0: TttGen.Seq<D> = Negate(x)
          t1: TttGen.Seq<D> = Apply:Apply(Norm, t0)
          t2: TttGen.Seq<D> = Call:Twice(t1)
          return t2
        """);

    [Fact]
    public void Callees_stand_before_their_callers() =>
        Assert.Equal(["Twice", "Apply"], Parse("return Twice(x);").Methods.Select(m => m.Name));

    [Fact]
    public void A_public_method_that_nobody_here_calls_is_there_for_others() =>
        Assert.Equal(["Apply", "Open"], Parse("return x; } public Seq<D> Open(Seq<D> y) { return y;").Methods.Select(m => m.Name));

    [Fact]
    public void Scalars_are_numbers_whatever_they_were_made_of()
    {
        var text = Text("""
            [InnerModel]
            partial record struct Spec<D>(Mat<D, D> W, [Slow, Shared] Vec<D> Scale, [Config("margin", 0.5)] double Margin) : IInnerModel<Spec<D>, D> where D : IDim
            {
                public Vec<D> Predict(Vec<D> x) => 2 * x * W * W.Transpose() - 0.5f * (Scalar)Margin * Scale;
                public Scalar Loss(Vec<D> key, Vec<D> value) => Margin * Predict(key).Dot(value) + 1;
            }
            """);
        Assert.Equal("""
            tttgen-spec 1
            inner-model Spec<D>
            parameter W: TttGen.Mat<D, D> key "w"
            parameter Scale: TttGen.Vec<D> key "scale" slow shared
            parameter Margin: double key "" setting "margin" default 0.5
            method Predict(x: TttGen.Vec<D>)
              t0: TttGen.Scalar = Literal 2
              t1: TttGen.Vec<D> = Multiply(t0, x)
              t2: TttGen.Vec<D> = Multiply(t1, W)
              t3: TttGen.Mat<D, D> = Transpose(W)
              t4: TttGen.Vec<D> = Multiply(t2, t3)
              t5: TttGen.Scalar = Literal 0.5
              t6: TttGen.Scalar = Multiply(t5, Margin)
              t7: TttGen.Vec<D> = Multiply(t6, Scale)
              t8: TttGen.Vec<D> = Subtract(t4, t7)
              return t8
            method Loss(key: TttGen.Vec<D>, value: TttGen.Vec<D>)
              t0: TttGen.Vec<D> = Call:Predict(key)
              t1: TttGen.Scalar = Dot(t0, value)
              t2: TttGen.Scalar = Multiply(Margin, t1)
              t3: TttGen.Scalar = Literal 1
              t4: TttGen.Scalar = Add(t2, t3)
              return t4

            """, text);
    }

    [Theory]
    [InlineData("QProj", "q_proj")]
    [InlineData("SeqModelingBlock", "seq_modeling_block")]
    [InlineData("LearnableTttLrBias", "learnable_ttt_lr_bias")]
    [InlineData("TTTNorm", "ttt_norm")]
    [InlineData("W1", "w1")]
    [InlineData("Conv1D", "conv1_d")]
    [InlineData("a", "a")]
    [InlineData("Already_snake", "already_snake")]
    public void A_key_is_the_name_in_snake_case(string name, string key) => Assert.Equal(key, SnakeCase.Of(name));

    /// <summary>A new function of the library becomes part of the language here, or it is no function of the language.</summary>
    [Fact]
    public void Every_function_of_Ops_is_an_operation() =>
        Assert.All(typeof(Ops).GetMethods().Where(m => m.IsStatic), m => Assert.NotNull(m.GetCustomAttributes(typeof(OperationAttribute), false).SingleOrDefault()));

    [Fact]
    public void Operations_stand_on_types_that_the_parser_knows() => Assert.All(
        typeof(IDim).Assembly.GetTypes().SelectMany(t => t.GetMethods()).Where(m => m.IsDefined(typeof(OperationAttribute), false)),
        m => Assert.True(BuiltIns.IsBuiltIn(m.DeclaringType!.FullName!.Split('`')[0]), $"{m.DeclaringType}.{m.Name}"));

    [Fact]
    public void Every_name_that_the_parser_knows_is_there()
    {
        var names = typeof(Names).GetFields().Select(f => (string)f.GetRawConstantValue()!).Except([Names.Namespace, Names.Number, Names.Whole]).ToList();
        var types = typeof(IDim).Assembly.GetTypes().Select(t => t.FullName!.Split('`')[0]).ToHashSet();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(name, types));
    }

    private static void AssertBody(string body, string expected)
    {
        var text = SpecText.Write(Parse(body));
        var method = text[text.IndexOf("method Apply", StringComparison.Ordinal)..];
        Assert.Equal("method Apply(x: TttGen.Seq<D>)\n" + expected + "\n", method);
    }

    private static SpecProgram Parse(string body) => SpecText.Read(Text($$"""
        [Layer] partial record struct Norm<D>(Vec<D> Weight) where D : IDim { public Seq<D> Apply(Seq<D> x) => x * Weight; }
        [Layer] partial record struct Spec<D>(Vec<D> W, Norm<D> Norm, [Config("k", 1.0)] double Setting) where D : IDim
        {
            private const float Half = 0.5f;
            public Seq<D> Apply(Seq<D> x) { {{body}} }
            private static Seq<D> Twice(Seq<D> x) => x + x;
        }
        """));

    private static string Text(string source)
    {
        var compilation = Compilations.Of(source);
        var spec = compilation.GetTypeByMetadataName("Spec`1")!;
        var rejections = new Rejections();
        var program = new SpecParser(compilation, spec, spec.Kinds().Single(), rejections, CancellationToken.None).Parse();
        Assert.True(rejections.None, string.Join("\n", rejections.Diagnostics.Select(d => d.ToString()).Append(rejections.Unbound)));
        return SpecText.Write(program);
    }
}
