using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>
/// A scan's kernels as the runtime's drivers see them: a struct of the slow weights, with a method a kernel that spells its arguments out of a part of a
/// mini-batch, the state and the working memory.
/// </summary>
internal sealed class ScanKernels
{
    private readonly string _class;
    private readonly LinkedMemory _memory;
    private readonly Dictionary<string, string> _weights = [];

    /// <param name="class">The class whose methods the kernels are.</param>
    /// <param name="memory">The memory.</param>
    public ScanKernels(string @class, LinkedMemory memory)
    {
        (_class, _memory) = (@class, memory);
        long offset = 0;
        foreach (var w in memory.Model.Weights)
        {
            if (!w.Fast)
            {
                _weights[w.Name] = Field(w.Name);
                _weights[Derivation.Vjp.Cotangent(w.Name)] = Field(Derivation.Vjp.Cotangent(w.Name));
                continue;
            }
            var at = TileKernelEmitter.Plus(offset);
            _weights[w.Name] = "weights" + at;
            _weights[w.Name + "Sum"] = "sums" + at;
            _weights[Derivation.Vjp.Cotangent(w.Name)] = "dWeights" + at;
            _weights[Derivation.Vjp.Cotangent(w.Name + "Sum")] = "dSums" + at;
            offset += ModelLayout.Rounded(w);
        }
    }

    /// <summary>Tensors of a mini-batch's inner gradient, and where they lie in it.</summary>
    public void Inner(string name, long offset) => _weights[name] = "inner" + TileKernelEmitter.Plus(offset);

    /// <summary>The struct with its fields filled.</summary>
    /// <param name="pointers">Weights or gradients of weights, and what they are filled from.</param>
    public static string Construct(IEnumerable<(string Name, string Value)> pointers)
    {
        var fields = string.Join(", ", pointers.Select(p => $"{Field(p.Name)} = {p.Value}"));
        return fields.Length == 0 ? "new()" : $"new() {{ {fields} }}";
    }

    /// <summary>Opens the struct, which implements a contract of the drivers.</summary>
    /// <param name="w">Where it goes.</param>
    /// <param name="contract">The interface.</param>
    /// <param name="gradients">Whether it has gradients of slow weights, too.</param>
    public void Open(CodeWriter w, string contract, bool gradients = false)
    {
        w.Open($"{(gradients ? "private" : "internal")} struct Kernels<T, V> : {contract} where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>");
        foreach (var weight in _memory.Model.Weights.Where(weight => !weight.Fast))
            w.Line($"public T* {Field(weight.Name)}{(gradients ? $", {Field(Derivation.Vjp.Cotangent(weight.Name))}" : "")}; // [{string.Join(", ", weight.Shape)}]");
        w.Line($"public static int MiniBatchTokens => {Numbers.Of(_memory.MiniBatch)};");
        w.Line($"public static int WeightsSize => {Numbers.Of(ModelLayout.Weights(_memory))};");
    }

    /// <summary>The method that runs a kernel.</summary>
    public void Method(CodeWriter w, TileKernel kernel)
    {
        var name = kernel.Program.Name;
        w.Line().Line($"public void {name}({Signature(name)}) =>");
        w.Line($"    {_class}.{name}<T, V>({string.Join(", ", ["part.Count", .. kernel.Parameters.Select(Argument), "part.Scratch"])});");
    }

    private static string Signature(string kernel) => kernel switch
    {
        "MiniBatch" => "in global::TttGen.Scans.ScanPart<T> part, T* weights",
        "InnerGradient" or "Advance" => "in global::TttGen.Scans.ScanPart<T> part, T* weights, T* inner",
        "MiniBatchBackward" => "in global::TttGen.Scans.ScanPart<T> part, in global::TttGen.Scans.ScanGradientPart<T> gradient, T* weights, T* inner, T* dWeights",
        "StepBackward" or "TokenBackward" or "CloseBackward" => "in global::TttGen.Scans.ScanPart<T> part, in global::TttGen.Scans.ScanGradientPart<T> gradient, T* weights, T* sums, T* dWeights, T* dSums",
        "Step" or "Token" or "Gather" or "Close" => "in global::TttGen.Scans.ScanPart<T> part, T* weights, T* sums",
        "Losses" => "in global::TttGen.Scans.ScanPart<T> part, T* weights, T* losses",
        _ => throw new ArgumentOutOfRangeException(nameof(kernel), kernel, "no kernel of a scan"),
    };

    private string Argument(TileBuffer parameter)
    {
        if (_weights.TryGetValue(parameter.Name, out var pointer)) return pointer;
        var isNumber = parameter.Shape.Length == 0;
        return parameter.Name switch
        {
            "key" => Rows("part.Key"),
            "value" => Rows("part.Value"),
            "query" => Rows("part.Query"),
            "output" => Rows("part.Output"),
            "dKey" => Rows("gradient.Key"),
            "dValue" => Rows("gradient.Value"),
            "dQuery" => Rows("gradient.Query"),
            "dOutput" => Rows("gradient.Output"),
            "lr" => isNumber ? "*part.Rate" : "part.Rate",
            "tok" => isNumber ? "*part.TokenRate" : "part.TokenRate",
            "tokLast" => isNumber ? "part.LastTokenRate" : "part.LastTokenRates",
            SharedGradient.Last => "part.LastTokenRate",
            "dLr" => "gradient.Rate",
            "dTok" => "gradient.TokenRate",
            "dTokLast" => "gradient.LastTokenRate",
            "loss" => "losses",
            _ => throw new ArgumentOutOfRangeException(nameof(parameter), parameter.Name, "no argument of a scan's kernels"),
        };

        string Rows(string view) => parameter.Strided ? $"{view}.Start, {view}.Stride" : $"{view}.Start";
    }

    /// <summary>No other member of the struct begins so.</summary>
    private static string Field(string name) => "_" + name;
}
