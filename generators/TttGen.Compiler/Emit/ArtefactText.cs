using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>What the compiler's passes make of a model, as text: what snapshots show, and <c>-p:TttGenDump=true</c> writes beside the generated C#.</summary>
public static class ArtefactText
{
    /// <summary>A model after linking: its parameters, memories and the mathematics of its segments.</summary>
    public static string Of(LinkedModel model)
    {
        var w = new CodeWriter();
        w.Line($"model {model.Name}, vocabulary {Numbers.Of(model.Vocabulary)}, width {Numbers.Of(model.Width)}");
        foreach (var p in model.Parameters) w.Line($"  {(p.Layers > 1 ? $"{Numbers.Of(p.Layers)} × " : "")}{p.Name} [{string.Join(", ", p.Shape)}] {p.Form}: {p.Key}");
        foreach (var s in model.Settings) w.Line($"  {s.Name} = {s.Key}, else {Numbers.Short(s.Default)}");
        foreach (var m in model.Memories)
        {
            w.Line().Line($"memory {m.Name} = {m.Model.Name}, {Numbers.Of(m.Heads)} heads, mini-batches of {Numbers.Of(m.MiniBatch)}");
            Lines(w, Of(m.Model));
        }
        foreach (var r in model.Recurrences)
        {
            w.Line().Line($"recurrence {r.Name}, {Numbers.Of(r.Channels.Size)} channels of {Numbers.Of(r.Places)} places");
            foreach (var line in Formulas.Of([.. r.Parts.Zip(r.Next, (p, n) => (p.Name + "Next", n)), ("answer", r.Answer)], n => n is Input i ? i.Name : null)) w.Line("  " + line);
        }
        foreach (var s in model.Segments)
        {
            w.Line().Line($"segment {s.Name}{(s.IsStack ? $", {Numbers.Of(s.Repeat)} times" : "")}: {Shape(s.Result.Shape)}");
            foreach (var line in Formulas.Of([("result", s.Result)], n => n is Input i && n.Rank == 2 ? i.Name : null)) w.Line("  " + line);
        }
        return w.ToString();
    }

    /// <summary>An inner model: its weights, what it predicts and what it is trained on.</summary>
    public static string Of(InnerModel model)
    {
        var w = new CodeWriter();
        foreach (var weight in model.Weights) w.Line($"{(weight.Fast ? "fast" : "slow")} {weight.Name} {Shape(weight.Shape)}");
        foreach (var line in Formulas.Of([("predict", model.Predict), ("loss", model.Loss)], n => n is Input input ? input.Name : null)) w.Line(line);
        return w.ToString();
    }

    /// <summary>A program of a mini-batch or a token: what goes in, and the mathematics of what comes out.</summary>
    public static string Of(TensorProgram program)
    {
        var w = new CodeWriter();
        w.Line($"program {program.Name}({string.Join(", ", program.Inputs.Where(i => i is not Mask).Select(i => i.Name + Shape(i.Shape)))})");
        foreach (var line in Formulas.Of([.. program.Outputs.Where(o => o.Value is not (Zero or Input)).Select(o => (o.Name, o.Value))], n => n is Input i and not Mask ? i.Name : null)) w.Line("  " + line);
        foreach (var output in program.Outputs)
            if (output.Value is Zero or Input) w.Line($"  {output.Name} = {(output.Value is Input i ? i.Name : "0")}");
        return w.ToString();
    }

    /// <summary>A scan's programs, and their schedules.</summary>
    public static string Of(ScheduledMemory memory)
    {
        var w = new CodeWriter();
        w.Line($"{(memory.Memory.Optimiser is { } optimiser ? $"moved by {optimiser.Name}; " : "")}form: {(memory.IsDual ? "dual" : $"primal, token by token: {memory.Memory.PrimalReason}")}");
        foreach (var kernel in memory.Kernels)
        {
            w.Line().Lines(Of(kernel.Program).TrimEnd('\n'));
            w.Line().Lines(Of(kernel).TrimEnd('\n'));
        }
        return w.ToString();
    }

    /// <summary>A scheduled program: what is stored, and its stages in order.</summary>
    public static string Of(TileKernel kernel)
    {
        var w = new CodeWriter();
        w.Line($"kernel {kernel.Program.Name}");
        foreach (var b in kernel.AllBuffers.Where(b => b.Kind != BufferKind.Input)) w.Line($"  {Word(b.Kind)} {b.Name} {Shape(b.Shape)}");
        foreach (var stage in kernel.Stages)
        {
            switch (stage)
            {
                case ClearStage c: w.Line($"  clear {c.Destination.Name}"); break;
                case CopyStage c: w.Line($"  copy {c.Destination.Name} = {c.Source.Name}"); break;
                case TransposeStage t: w.Line($"  transpose {t.Destination.Name} = {t.Source.Name}ᵀ"); break;
                case ContractStage c: w.Line($"  product {ProductFormula.Of(kernel, c)}"); break;
                case RowsStage r: Rows(w, kernel, r); break;
                default: throw new ArgumentOutOfRangeException(nameof(kernel), stage.GetType().Name, "a stage without a text");
            }
        }
        return w.ToString();
    }

    /// <summary>A segment's kernels in order, and the rows that they materialise.</summary>
    public static string Of(LinkedSegment segment, RowSchedule schedule)
    {
        var w = new CodeWriter();
        var stored = schedule.Tensors.ToDictionary(t => t.Node, t => t.Name);
        w.Line($"segment {segment.Name}{(segment.IsStack ? $", {Numbers.Of(segment.Repeat)} times" : "")}");
        foreach (var t in schedule.Tensors) w.Line($"  rows {t.Name} [n, {Numbers.Of(t.Columns)}]{(t.Halo > 0 ? $", {Numbers.Of(t.Halo)} {(t.Ahead ? "after" : "before")} each sequence" : "")}");
        foreach (var kernel in schedule.Kernels)
        {
            w.Line($"  {kernel.Name}: {KernelSummary.Of(kernel, stored)}");
            var stores = kernel.Made.Where(s => kernel is RowsKernel or ProductKernel && stored.ContainsKey(s)).Select(s => (stored[s], s)).ToArray();
            var products = kernel is ProductKernel p ? p.Groups.SelectMany(g => g.Products).ToDictionary(m => m.Node, m => m.Matrix) : [];
            foreach (var line in Formulas.Of([.. stores.Where(s => !products.ContainsKey(s.s))], n => stored.TryGetValue(n, out var name) ? name : products.TryGetValue(n, out var matrix) ? $"product{matrix}" : null)) w.Line("    " + line);
        }
        return w.ToString();
    }

    private static void Rows(CodeWriter w, TileKernel kernel, RowsStage stage)
    {
        w.Line(stage.RowAxis is { } axis ? $"  rows i < {axis}" : "  row");
        (string, Node)[] stores = [.. stage.Stores.Select(s => (kernel.Buffers[s].Name, s))];
        (string Name, Node Body)[] sums = [.. stage.Sums.Select(s => (s.Destination.Name + "Part", s.Body))];
        foreach (var line in Formulas.Of([.. stores, .. sums], n => kernel.Buffers.TryGetValue(n, out var b) ? b.Name : null,
            n => kernel.Accumulations.TryGetValue(n, out var a) ? new StoredPart(a.Buffer.Name, a.Rest) : null)) w.Line("    " + line);
        foreach (var s in stage.Sums) w.Line($"    {s.Destination.Name} += {(stage.RowAxis is null ? "" : "Σ_i ")}{s.Destination.Name}Part");
    }

    private static string Word(BufferKind kind) => kind switch
    {
        BufferKind.Output => "output",
        BufferKind.InPlace => "state",
        BufferKind.Scratch => "scratch",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static string Shape(Axis[] shape) => $"[{string.Join(", ", shape)}]";

    private static void Lines(CodeWriter w, string text)
    {
        foreach (var line in text.TrimEnd('\n').Split('\n')) w.Line("  " + line);
    }
}
