using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>
/// The arguments of a scan's kernels, spelt out of what the runtime's drivers hand on: a part of a mini-batch and its gradient, the state, an optimiser's table,
/// the inner gradient of a whole mini-batch.
/// </summary>
internal sealed class ScanArguments
{
    private readonly HashSet<string> _slow;
    private readonly Dictionary<string, long> _weights = [], _inner = [];
    private readonly long _weightsSize;
    private readonly StepTableLayout? _table;

    /// <param name="memory">The memory.</param>
    /// <param name="rowsAtOnce">Rows that a kernel takes at most.</param>
    /// <param name="inner">Tensors of a mini-batch's inner gradient, in the order in which they lie.</param>
    public ScanArguments(LinkedMemory memory, int rowsAtOnce, IReadOnlyList<Input> inner)
    {
        _slow = [.. memory.Model.Slow.Select(w => w.Name)];
        foreach (var w in memory.Model.Fast)
        {
            _weights[w.Name] = _weightsSize;
            _weightsSize += ModelLayout.Rounded(w);
        }
        foreach (var tensor in inner)
        {
            _inner[tensor.Name] = InnerSize;
            InnerSize += StepTableLayout.Row(tensor.Shape.Aggregate(1L, (size, axis) => size * (axis.IsRows ? rowsAtOnce : axis.Size)));
        }
        if (memory.Optimiser is { } optimiser) _table = new(optimiser.Parts.Count, rowsAtOnce);
    }

    /// <summary>Elements of a mini-batch's inner gradient.</summary>
    public long InnerSize { get; }

    /// <summary>The argument for a kernel's parameter.</summary>
    public string Of(TileBuffer parameter)
    {
        var argument = parameter.Argument ?? throw new ArgumentException($"{parameter.Name} is no argument of a scan's kernels", nameof(parameter));
        var isNumber = parameter.Shape.Length == 0;
        string Of(string place) => argument.IsGradient ? Argument.Cotangent(place) : place;
        switch (argument.Kind)
        {
            case ArgumentKind.Key or ArgumentKind.Value or ArgumentKind.Query or ArgumentKind.Output:
                var view = $"{(argument.IsGradient ? "gradient" : "part")}.{argument.Kind}";
                return parameter.Strided ? $"{view}.Start, {view}.Stride" : $"{view}.Start";
            case ArgumentKind.Rate or ArgumentKind.TokenRate:
                return argument.IsGradient ? $"gradient.{argument.Kind}" : $"{(isNumber ? "*" : "")}part.{argument.Kind}";
            case ArgumentKind.LastTokenRate:
                return argument.IsGradient ? "gradient.LastTokenRate" : isNumber ? "part.LastTokenRate" : "part.LastTokenRates";
            case ArgumentKind.Weight when _slow.Contains(argument.Weight):
                return ScanKernels.Field(argument.Name);
            case ArgumentKind.Weight:
                return Of("weights") + Texts.Plus(_weights[argument.Weight]);
            case ArgumentKind.Sum:
                return Of("sums") + Texts.Plus(_weights[argument.Weight]);
            case ArgumentKind.Part:
                return Of("parts") + Texts.Plus(argument.Index * _weightsSize + _weights[argument.Weight]);
            case ArgumentKind.Keeps or ArgumentKind.Gains or ArgumentKind.Ends or ArgumentKind.EndGains:
                var place = Of("table") + Texts.Plus(_table!.Offset(argument));
                return parameter.Kind == BufferKind.Input && isNumber ? $"*({place})" : place;
            case ArgumentKind.StepInput:
                return argument.IsGradient ? "dInputs" + Texts.Plus(argument.Index) : $"inputs[{Numbers.Of(argument.Index)}]";
            case ArgumentKind.Coefficient:
                return argument.IsGradient ? $"dCoefficients[{Numbers.Of(argument.Index)}]" : "coefficients" + Texts.Plus(argument.Index);
            case ArgumentKind.Inner:
                return "inner" + Texts.Plus(_inner[argument.Name]);
            case ArgumentKind.Loss:
                return "losses";
            default:
                throw new ArgumentOutOfRangeException(nameof(parameter), argument.Kind, "no argument of a scan's kernels");
        }
    }
}
