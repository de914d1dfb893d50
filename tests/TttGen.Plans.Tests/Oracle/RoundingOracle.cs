using TttGen.Checkpoints;
using TttGen.Compiler;
using TttGen.Compiler.Emit;
using TttGen.Compiler.Emit.Gpu;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Generators.Tests.Derived;

namespace TttGen.Plans.Tests.Oracle;

/// <summary>
/// A model in float64, one sequence at once, kernel by kernel of its schedule, with numbers rounded to bf16 where its plan in bf16 rounds them: matrices when they are
/// loaded, rows that lie in sixteen bits when the kernel that makes them stores them, the rows that a product multiplies.
/// </summary>
internal sealed class RoundingOracle
{
    private readonly LinkedModel _model;
    private readonly List<(LinkedSegment Segment, RowSchedule Schedule)> _segments = [];
    private readonly DevicePrecision _precision;
    private readonly LinkedWeights _weights;
    private readonly double _noise;
    private readonly Random _random = new(1);

    /// <param name="source">The model.</param>
    /// <param name="checkpoint">Its weights.</param>
    /// <param name="rounds">False: everything stays as it is.</param>
    /// <param name="noise">By how much of itself each number is off, at most, before it is rounded.</param>
    public RoundingOracle(ModelSource source, Checkpoint checkpoint, bool rounds, double noise)
    {
        _noise = noise;
        _model = Linker.Link(source);
        var names = new HashSet<string>();
        foreach (var segment in _model.Segments) _segments.Add((segment, RowScheduler.Schedule(segment, segment == _model.Segments[^1] ? _model.Head : null, names)));
        _precision = rounds ? DevicePrecision.BFloat16(_segments) : DevicePrecision.Float32;
        _weights = new LinkedWeights(_model, (parameter, key) => Stored(Read(checkpoint, key), _precision.ElementOf(parameter) == "ushort"), key => checkpoint.Config.Double(key));
    }

    /// <summary>[T, V].</summary>
    public double[] Logits(int[] tokens)
    {
        double[] rows = [];
        foreach (var (segment, schedule) in _segments)
            for (var layer = 0; layer < segment.Repeat; layer++) rows = Run(schedule, layer, tokens, rows);
        return rows;
    }

    /// <summary>The rows that a segment hands on; from the last one, logits.</summary>
    private double[] Run(RowSchedule schedule, int layer, int[] tokens, double[] stream)
    {
        var inMemory = new Dictionary<Node, double[]>();
        if (schedule.Stream is { } x) inMemory[x.Node] = stream;
        var tensors = schedule.Tensors.ToDictionary(t => t.Node);
        foreach (var kernel in schedule.Kernels)
        {
            var run = new RowInterpreter(tokens, _weights.Inputs(layer), _weights.Tables(), _weights.Memories(layer));
            foreach (var (node, value) in inMemory) run.Give(node, value);
            if (kernel is ProductKernel product)
            {
                var left = Stored(Off(run.Of(product.Left)), _precision.IsBf16);
                foreach (var p in product.Groups.SelectMany(g => g.Products)) run.Give(p.Node, Multiply(left, p, layer));
                if (product.IsHead) return run.Of(product.Groups[0].Products[0].Node);
            }
            // what follows in the kernel reads what was made, not what lies in memory of it
            foreach (var node in kernel.Made) inMemory[node] = Stored(Off(run.Of(node)), _precision.StoresBf16(tensors[node]));
        }
        return inMemory[schedule.Result!.Node];
    }

    /// <summary>constant · left · matrixᵀ, a matrix being [outputs, inputs].</summary>
    private double[] Multiply(double[] left, MatrixProduct product, int layer)
    {
        var (parameter, inner) = (_weights.Parameter(product.Matrix), product.Inner);
        var matrix = _weights.Of(parameter, layer);
        var columns = matrix.Length / inner;
        var result = new double[left.Length / inner * columns];
        for (var e = 0; e < result.Length; e++)
        {
            var (row, column) = (e / columns * inner, e % columns * inner);
            for (var k = 0; k < inner; k++) result[e] += left[row + k] * matrix[column + k];
            result[e] *= product.Constant;
        }
        return result;
    }

    private static double[] Read(Checkpoint checkpoint, string key)
    {
        var numbers = new float[checkpoint.Tensors[key].Shape.Aggregate(1L, (count, size) => count * size)];
        checkpoint.Read(key, 0, numbers);
        return Array.ConvertAll(numbers, x => (double)x);
    }

    private double[] Off(double[] numbers) => _noise == 0 ? numbers : Array.ConvertAll(numbers, x => x * (1 + _noise * (2 * _random.NextDouble() - 1)));

    private static double[] Stored(double[] numbers, bool asBFloat16) => asBFloat16 ? Array.ConvertAll(numbers, Rounded) : numbers;

    /// <summary>The nearest number of eight significant bits, ties to even; none here is as small or large as bf16 has no more.</summary>
    private static double Rounded(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x);
        return BitConverter.Int64BitsToDouble((bits + ((1L << 44) - 1) + ((bits >> 45) & 1)) >> 45 << 45);
    }
}
