using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using Xunit.Abstractions;

namespace TttGen.Compiler.Tests.Scheduling;

/// <summary>The inner gradient that a scan makes on its way forward serves its backward pass.</summary>
public class SharedGradientTests(ITestOutputHelper log)
{
    private const int Rows = 4;

    [Theory, MemberData(nameof(InnerModels.Dual), MemberType = typeof(InnerModels))]
    public void In_parts_it_is_the_gradient_of_the_whole_mini_batch(string name)
    {
        var model = InnerModels.Named(name);
        var scan = new Scan(model, Rows, 5);
        var random = new Random(6);
        var whole = new ScanGradient(model).MiniBatch();
        var parts = SharedGradient.Of(model, new ScanGradient(model).MiniBatch());
        var given = new Dictionary<string, double[]>(scan.Weights)
        {
            ["key"] = scan.Key,
            ["value"] = scan.Value,
            ["query"] = scan.Query,
            ["lr"] = scan.Rate,
            ["tok"] = scan.TokenRate[..Rows],
            ["tokLast"] = [.. Enumerable.Repeat(scan.TokenRate[^1], Rows)],
            [Argument.Last.Name] = [scan.TokenRate[^1]],
        };
        foreach (var input in whole.Inputs.Where(i => i is not Mask && !given.ContainsKey(i.Name)))
            given[input.Name] = [.. Enumerable.Range(0, input.Shape.Aggregate(1, (size, a) => size * (a.IsRows ? Rows : a.Size))).Select(_ => random.NextDouble() - 0.5)];
        var expected = Interpreter.Run(whole, Rows, given);
        var advanced = Interpreter.Run(new DualForm(model).Forward(ProgramKind.Advance, carried: false, closing: true, outputs: false), Rows, new Dictionary<string, double[]>(given) { ["tokLast"] = given[Argument.Last.Name] });

        var kept = Interpreter.Run(parts.Inner, Rows, given);
        var withKept = new Dictionary<string, double[]>(given);
        foreach (var (tensor, numbers) in kept) withKept.Add(tensor, numbers);
        Compare(expected, Interpreter.Run(parts.Backward, Rows, withKept));
        Compare(advanced, Interpreter.Run(parts.Advance, Rows, withKept));
    }

    [Theory, MemberData(nameof(InnerModels.Dual), MemberType = typeof(InnerModels))]
    public void Nothing_is_multiplied_twice(string name)
    {
        var model = InnerModels.Named(name);
        var whole = new ScanGradient(model).MiniBatch();
        var parts = SharedGradient.Of(model, new ScanGradient(model).MiniBatch());
        Assert.Equal(Flops(whole), Flops(parts.Inner) + Flops(parts.Backward));
    }

    [Fact]
    public void The_next_state_of_mlp_memory_is_two_products_and_two_sums() =>
        Assert.Equal(new Work(Products: 2, RowReductions: 0, ColumnReductions: 2, Triangles: 0, FormedPerRow: 0), Work.Of(SharedGradient.Of(InnerModels.Mlp(64, 256), new ScanGradient(InnerModels.Mlp(64, 256)).MiniBatch()).Advance));

    [Theory, MemberData(nameof(InnerModels.Dual), MemberType = typeof(InnerModels))]
    public void What_is_kept_has_rows_and_depends_on_no_query(string name)
    {
        var parts = SharedGradient.Of(InnerModels.Named(name), new ScanGradient(InnerModels.Named(name)).MiniBatch());
        Assert.All(parts.Kept, tensor => Assert.True(tensor.Shape[0].IsRows, tensor.Name));
        Assert.DoesNotContain(parts.Inner.Inputs, i => i.Name is "query" or "tok" or "tokLast" || i.Name[0] == 'd');
    }

    private static long Flops(TensorProgram program) => TileScheduler.Schedule(program).Flops(16);

    private void Compare(IReadOnlyDictionary<string, double[]> expected, IReadOnlyDictionary<string, double[]> found)
    {
        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        foreach (var (output, numbers) in expected)
        {
            var error = Relative.Error(found[output], numbers);
            log.WriteLine($"{output}: {error:E1}");
            Assert.InRange(error, 0, 1e-12);
        }
    }
}
