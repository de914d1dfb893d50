using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>A scan's kernels as the runtime's drivers see them: a struct of the slow weights, with a method a kernel.</summary>
/// <param name="class">The class whose methods the kernels are.</param>
/// <param name="memory">The memory.</param>
/// <param name="rowsAtOnce">Rows that a kernel takes at most.</param>
/// <param name="arguments">How arguments are spelt.</param>
internal sealed class ScanKernels(string @class, LinkedMemory memory, int rowsAtOnce, ScanArguments arguments)
{
    private const string Part = "in global::TttGen.Scans.ScanPart<T> part", Gradient = "in global::TttGen.Scans.ScanGradientPart<T> gradient";

    /// <summary>The struct with its fields filled.</summary>
    /// <param name="pointers">Weights or gradients of weights, and what they are filled from.</param>
    public static string Construct(IEnumerable<(string Name, string Value)> pointers)
    {
        var fields = string.Join(", ", pointers.Select(p => $"{Field(p.Name)} = {p.Value}"));
        return fields.Length == 0 ? "new()" : $"new() {{ {fields} }}";
    }

    /// <summary>A field of the struct: no other member of it begins so.</summary>
    public static string Field(string name) => "_" + name;

    /// <summary>Opens the struct, which implements a contract of the drivers.</summary>
    /// <param name="w">Where it goes.</param>
    /// <param name="contract">The interface.</param>
    /// <param name="gradients">Whether it has gradients of slow weights, too.</param>
    public void Open(CodeWriter w, string contract, bool gradients = false)
    {
        w.Open($"{(gradients ? "private" : "internal")} struct Kernels<T, V> : global::TttGen.Scans.{contract}<T> where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>");
        foreach (var weight in memory.Model.Slow)
            w.Line($"public T* {Field(weight.Name)}{(gradients ? $", {Field(Argument.Cotangent(weight.Name))}" : "")}; // [{string.Join(", ", weight.Shape)}]");
        w.Line($"public static int MiniBatchTokens => {Numbers.Of(memory.MiniBatch)};");
        w.Line($"public static int WeightsSize => {Numbers.Of(ModelLayout.Weights(memory))};");
    }

    /// <summary>What the drivers know of the optimiser.</summary>
    public void Optimiser(CodeWriter w, InnerOptimiser optimiser)
    {
        w.Line($"public static int RowsAtOnce => {Numbers.Of(rowsAtOnce)};");
        w.Line($"public static int Parts => {Numbers.Of(optimiser.Parts.Count)}; // {string.Join(", ", optimiser.Parts)}");
        w.Line($"public static int Inputs => {Numbers.Of(optimiser.Inputs.Count)}; // {string.Join(", ", optimiser.Inputs)}");
        w.Line($"public static ReadOnlySpan<double> Close => [{(optimiser.ClosesByItself ? "" : string.Join(", ", optimiser.Close.Cast<double>().Select(Numbers.Of)))}];");
    }

    /// <summary>The method that runs a kernel.</summary>
    public void Method(CodeWriter w, TileKernel kernel) =>
        w.Line().Line($"public void {kernel.Program.Name}({Signature(kernel.Program.Kind)}) =>").Line("    " + Call(@class, kernel, "part.Count", "part.Scratch"));

    /// <summary>The method that makes a token's coefficients; those that no input has a part in are constants.</summary>
    /// <param name="w">Where it goes.</param>
    /// <param name="scan">The class whose method the kernel is.</param>
    /// <param name="kernel">The kernel.</param>
    /// <param name="coefficients">[parts, parts + 1].</param>
    public void Coefficients(CodeWriter w, string scan, TileKernel kernel, IReadOnlyList<Node> coefficients)
    {
        w.Line().Open("public void Coefficients(T* inputs, T* coefficients, T* scratch)");
        foreach (var (coefficient, k) in coefficients.Select((c, k) => (c, k)))
            if (coefficient is Zero or Literal) w.Line($"coefficients[{Numbers.Of(k)}] = {TileKernelEmitter.Constant(coefficient is Literal l ? l.Value : 0)};");
        if (kernel.Program.Outputs.Count > 0) w.Line(Call(scan, kernel, "1", "scratch"));
        w.Close();
    }

    /// <summary>The method that makes their gradient by the inputs.</summary>
    public void CoefficientsBackward(CodeWriter w, TileKernel kernel) =>
        w.Line().Line("public void CoefficientsBackward(T* inputs, T* dCoefficients, T* dInputs, T* scratch) =>").Line("    " + Call(@class, kernel, "1", "scratch"));

    private string Call(string @class, TileKernel kernel, string rows, string scratch) =>
        $"{@class}.{kernel.Program.Name}<T, V>({string.Join(", ", [rows, .. kernel.Parameters.Select(arguments.Of), scratch])});";

    private string Signature(ProgramKind kind) => (kind, memory.Optimiser is null) switch
    {
        (ProgramKind.Losses, _) => $"{Part}, T* weights, T* losses",
        (ProgramKind.MiniBatch, true) => $"{Part}, T* weights",
        (ProgramKind.InnerGradient or ProgramKind.Advance, true) => $"{Part}, T* weights, T* inner",
        (ProgramKind.MiniBatchBackward, true) => $"{Part}, {Gradient}, T* weights, T* inner, T* dWeights",
        (ProgramKind.Step or ProgramKind.Token or ProgramKind.Gather or ProgramKind.Close, true) => $"{Part}, T* weights, T* sums",
        (ProgramKind.StepBackward or ProgramKind.TokenBackward or ProgramKind.CloseBackward, true) => $"{Part}, {Gradient}, T* weights, T* sums, T* dWeights, T* dSums",
        (ProgramKind.Step or ProgramKind.Gather, false) => $"{Part}, T* weights, T* parts, T* table",
        (ProgramKind.StepBackward, false) => $"{Part}, {Gradient}, T* weights, T* parts, T* table, T* dWeights, T* dParts, T* dTable",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no kernel of a scan"),
    };
}
