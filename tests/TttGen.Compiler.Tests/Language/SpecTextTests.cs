using TttGen.Compiler.Language;

namespace TttGen.Compiler.Tests.Language;

public sealed class SpecTextTests
{
    private static readonly TypeRef D = new("D", []);

    /// <summary>One program that holds every form of every line.</summary>
    private static readonly SpecProgram Everything = new(
        SpecKind.InnerModel,
        "App.Memories.Größe_1",
        ["D", "TMemory"],
        [
            new("W1", new("TttGen.Mat", [D, new("App.Width", [])]), "W1", Slow: false, Shared: false, UnitAxis: -1, null, 0),
            new("B1", Vec(D), "b1", Slow: false, Shared: true, UnitAxis: 1, null, 0),
            new("Scale", Vec(D), "a \"quoted\" \\ key\r\nof two lines", Slow: true, Shared: false, UnitAxis: 0, null, 0),
            new("Blocks", new("TttGen.Stack", [D, new("App.Block", [Vec(D)])]), "", Slow: true, Shared: true, UnitAxis: -1, null, 0),
            new("Theta", new("double", []), "theta", Slow: false, Shared: false, UnitAxis: -1, "rope_theta", 10000),
        ],
        [
            new(
                "Predict",
                [new("x", Vec(D)), new("y", Vec(D))],
                [
                    new("half", "Literal", [], [], new("TttGen.Scalar", []), 0.5),
                    new("t0", "Multiply", [], ["half", "x"], Vec(D), 0),
                    new("t1", "Harmonic", [new("App.MiniBatch", [])], [], Vec(D), 0),
                    new("t2", "Apply:Apply", [], ["Blocks", "t1"], Vec(D), 0),
                    new("t3", "Call:Inner", [], ["t2"], Vec(D), 0),
                ],
                "t3"),
            new("Inner", [], [], "W1"),
        ],
        [new("hidden_size", "D", null), new("use_gate", null, "true"), new("ttt_layer_type", null, "\"linear\"")]);

    private static TypeRef Vec(TypeRef dimension) => new("TttGen.Vec", [dimension]);

    [Fact]
    public void What_is_read_is_what_was_written()
    {
        var text = SpecText.Write(Everything);
        Assert.Equivalent(Everything, SpecText.Read(text), strict: true);
        Assert.Equal(text, SpecText.Write(SpecText.Read(text)));
    }

    [Fact]
    public void The_text_is_one_line_a_fact()
    {
        const string expected = """
            tttgen-spec 1
            layer TttGen.Layers.SwiGlu<D, H>
            config "intermediate_size" = size H
            parameter GateProj: TttGen.Linear<D, H> key "gate_proj"
            method Apply(x: TttGen.Seq<D>)
              t0: TttGen.Seq<H> = Multiply(x, GateProj)
              t1: TttGen.Seq<H> = Silu(t0)
              return t1

            """;
        var program = SpecText.Read(expected);
        Assert.Equal(expected, SpecText.Write(program));
        Assert.Equal(["D", "H"], program.TypeParameters);
        Assert.Equal("TttGen.Linear<D, H>", program.Parameters[0].Type.ToString());
        Assert.Equal(["x", "GateProj"], program.Methods[0].Body[0].Operands);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1e-6)]
    [InlineData(0.1f)]
    [InlineData(-0.0)]
    [InlineData(1.0 / 3)]
    [InlineData(double.Epsilon)]
    [InlineData(double.MaxValue)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    public void Numbers_survive_to_the_last_bit(double value)
    {
        var literal = new SpecStatement("t0", "Literal", [], [], new("double", []), value);
        var program = Everything with { Methods = [new("Predict", [], [literal], "t0")] };
        var read = SpecText.Read(SpecText.Write(program)).Methods[0].Body[0].Literal;
        Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(read));
    }

    [Fact]
    public void Another_version_is_refused_with_the_way_out()
    {
        var error = Assert.Throws<FormatException>(() => SpecText.Read("tttgen-spec 2\nlayer X\n"));
        Assert.Equal("expected a text that starts with 'tttgen-spec 1', found 'tttgen-spec 2': build its assembly with this version of TttGen", error.Message);
    }

    [Theory]
    [InlineData("layr X\n", "line 2, column 1: expected 'inner-model', 'inner-optimiser', 'recurrence', 'layer' or 'model', found 'layr X'")]
    [InlineData("layer \n", "line 2, column 7: expected a name, found ''")]
    [InlineData("layer X<D\n", "line 2, column 10: expected '>', found ''")]
    [InlineData("layer X\nparameter A: B key \"a\n", "line 3, column 22: expected '\"', found ''")]
    [InlineData("layer X\nmethod A()\n  a: double = Literal one\n  return a\n", "line 4, column 23: expected a number, found 'one'")]
    [InlineData("layer X\nmethod A()\n", "line 4, column 1: expected '  ', found the end")]
    [InlineData("layer X\nsomething\n", "line 3, column 1: expected 'method' or the end, found 'something'")]
    public void A_damaged_text_is_refused_at_its_place(string rest, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => SpecText.Read(SpecText.Header + "\n" + rest)).Message);

    [Fact]
    public void No_prefix_of_a_text_reads_as_a_whole_method()
    {
        var text = SpecText.Write(Everything);
        var lines = text.Split('\n');
        for (var length = 0; length < text.Length; length++)
        {
            var prefix = text[..length];
            if (Record.Exception(() => SpecText.Read(prefix)) is { } error) Assert.IsType<FormatException>(error);
            else Assert.True(prefix.EndsWith('\n') && prefix.Split('\n').Length <= lines.Length, prefix);
        }
    }
}
