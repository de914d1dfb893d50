using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Tests;

/// <summary>Runs a tensor program as it is written, node by node, in float64: slow, and with nothing in common with emitted code.</summary>
internal class Interpreter(int rows, IReadOnlyDictionary<string, double[]> inputs)
{
    private readonly Dictionary<Node, double[]> _values = [];

    /// <summary>What is given, by name.</summary>
    protected IReadOnlyDictionary<string, double[]> Inputs { get; } = inputs;

    /// <summary>The outputs of a program by name. The lower triangle is given; a missing gradient sum is zero.</summary>
    public static Dictionary<string, double[]> Run(TensorProgram program, int rows, IReadOnlyDictionary<string, double[]> inputs)
    {
        var interpreter = new Interpreter(rows, inputs);
        return program.Outputs.ToDictionary(o => o.Name, o => interpreter.Of(o.Value));
    }

    /// <summary>Takes a node's value for given.</summary>
    public void Give(Node node, double[] value) => _values[node] = value;

    /// <summary>The value of one node, row-major.</summary>
    public double[] Of(Node node) => _values.TryGetValue(node, out var known) ? known : _values[node] = node switch
    {
        Input i => Given(i),
        Literal l => [l.Value],
        InverseSize s => [1.0 / Size(s.Axis)],
        Zero z => new double[Count(z.Shape)],
        Sum s => s.Operands.Select(Of).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]),
        Map m => [.. Enumerable.Range(0, Count(m.Shape)).Select(k => Apply(m.Function, [.. m.Operands.Select(o => Of(o)[k])]))],
        Einsum e => Contract(e),
        _ => Primitive(node),
    };

    /// <summary>What only the rows of a whole model have.</summary>
    protected virtual double[] Primitive(Node node) => throw new NotSupportedException(node.GetType().Name);

    private double[] Given(Input input)
    {
        if (input is Mask) return [.. Enumerable.Range(0, rows * rows).Select(k => k % rows <= k / rows ? 1.0 : 0.0)];
        if (input is Harmonic) return [.. Enumerable.Range(0, Count(input.Shape)).Select(k => 1.0 / (k + 1))];
        if (input is EachHead e) return [.. Enumerable.Repeat(Inputs[e.Parameter], e.Heads).SelectMany(x => x)];
        if (!Inputs.TryGetValue(input.Name, out var value)) throw new ArgumentException($"input {input.Name} is missing");
        return value.Length == Count(input.Shape) ? value : throw new ArgumentException($"input {input.Name}: expected {Count(input.Shape)} values, found {value.Length}");
    }

    private double[] Contract(Einsum e)
    {
        var letters = e.Out + e.Reduced;
        if (letters.Length == 0) return [e.Operands.Aggregate(1.0, (product, o) => product * Of(o)[0])];
        int[] sizes = [.. letters.Select(c => Size(e.AxisOf(c)))];
        var operands = e.Operands.Select(Of).ToArray();
        int[][] strides = [.. e.Operands.Select((o, k) => letters.Select(c => Stride(o.Shape, e.Indices[k], c)).ToArray())];
        var outStrides = letters.Select(c => Stride(e.Shape, e.Out, c)).ToArray();
        var result = new double[Count(e.Shape)];
        var at = new int[operands.Length];
        Loop(0, 0);
        return result;

        void Loop(int depth, int to)
        {
            for (var i = 0; i < sizes[depth]; i++)
            {
                if (depth < letters.Length - 1) Loop(depth + 1, to);
                else
                {
                    var product = 1.0;
                    for (var k = 0; k < operands.Length; k++) product *= operands[k][at[k]];
                    result[to] += product;
                }
                to += outStrides[depth];
                for (var k = 0; k < at.Length; k++) at[k] += strides[k][depth];
            }
            for (var k = 0; k < at.Length; k++) at[k] -= sizes[depth] * strides[k][depth];
        }
    }

    private int Stride(Axis[] shape, string index, char c) => index.Select((x, k) => x == c ? Count(shape[(k + 1)..]) : 0).Sum();
    private int Size(Axis axis) => axis.IsRows ? rows : axis.Size;
    private int Count(Axis[] shape) => shape.Aggregate(1, (count, axis) => count * Size(axis));

    private static double Apply(Function function, double[] x) => function switch
    {
        Function.Tanh => Math.Tanh(x[0]),
        Function.Exp => Math.Exp(x[0]),
        Function.Log => Math.Log(x[0]),
        Function.Sigmoid => 1 / (1 + Math.Exp(-x[0])),
        Function.Rsqrt => 1 / Math.Sqrt(x[0]),
        Function.Sqrt => Math.Sqrt(x[0]),
        Function.Recip => 1 / x[0],
        Function.Softplus => Math.Log(1 + Math.Exp(x[0])),
        Function.Copy => x[0],
        Function.Max => Math.Max(x[0], x[1]),
        Function.Min => Math.Min(x[0], x[1]),
        Function.Abs => Math.Abs(x[0]),
        Function.Step => x[0] > 0 ? 1 : 0,
        Function.Select => x[0] > 0 ? x[1] : x[2],
        Function.Sin => Math.Sin(x[0]),
        Function.Cos => Math.Cos(x[0]),
        _ => throw new NotSupportedException(function.ToString()),
    };
}
