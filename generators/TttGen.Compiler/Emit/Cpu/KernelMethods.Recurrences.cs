using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <content>Elementwise recurrences, and their gradients.</content>
internal sealed partial class KernelMethods
{
    private readonly List<(string Name, int Columns)> _rowPartials = [];

    /// <summary>Gradients of rows that blocks of channels make apart: fields, and their columns.</summary>
    public IReadOnlyList<(string Name, int Columns)> RowPartials => _rowPartials;

    /// <summary>Each worker takes blocks of channels of a sequence.</summary>
    private void Recurrence(Recur recur, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, CodeWriter w)
    {
        var r = recur.Recurrence;
        _scratch.Add($"{r.Name}Recurrence.ScratchSize");
        w.Open($"for (int item = worker; item < SliceCount * {Numbers.Of(RecurrenceEmitter.Blocks(r))}; item += workers)");
        w.Line($"ref BatchSlice slice = ref Slices[item / {Numbers.Of(RecurrenceEmitter.Blocks(r))}];");
        w.Line($"int channel = item % {Numbers.Of(RecurrenceEmitter.Blocks(r))} * {r.Name}Recurrence.Block;");
        w.Line("nint row = slice.First;");
        var place = CarryPlace(recur);
        w.Line($"{r.Name}Recurrence.Run<float, V>(slice.Count, channel, {Given(recur, tensors, locals)},");
        w.Line($"    {WholeRows(recur, tensors, locals)}, slice.State + {place}, {(_learns ? $"slice.End == null ? null : slice.End + {place}" : $"slice.State + {place}")}, Scratch(worker));");
        w.Close();
    }

    /// <summary>Each worker takes blocks of channels of all sequences: what these add up is added in their order.</summary>
    private void RecurrenceBackward(Recur recur, SequenceGradientKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, CodeWriter w)
    {
        var r = recur.Recurrence;
        _scratch.Add($"{r.Name}RecurrenceBackward.ScratchSize");
        w.Open($"for (int block = worker; block < {Numbers.Of(RecurrenceEmitter.Blocks(r))}; block += workers)");
        w.Open("for (int s = 0; s < SliceCount; s++)");
        w.Line("ref BatchSlice slice = ref Slices[s];");
        w.Line("nint row = slice.First;");
        w.Line($"{r.Name}RecurrenceBackward.Run<float, V>(slice.Count, block * {r.Name}RecurrenceBackward.Block, {Given(recur, tensors, locals)},");
        w.Line($"    {WholeRows(kernel.Output, tensors, locals)},");
        var gradients = r.Inputs.Where(i => i.Operand >= 0 && i.Kind != StepInputKind.Number).Select(i => i.Kind == StepInputKind.PlaceRows
                ? $"_{PlacePartial(recur, i)} + row * {Numbers.Of(PartialColumns(r))}, {Numbers.Of(PartialColumns(r))}"
                : WholeRows(GradientOf(kernel, i), tensors, locals))
            .Concat(r.Inputs.Where(i => i.Parameter is not null).Select(i => locals.Gradient(i.Parameter!)));
        w.Line($"    {string.Join(", ", gradients)},");
        w.Line($"    slice.State + {CarryPlace(recur)}, Checkpoints(worker), Scratch(worker));");
        w.Close();
        w.Close();
    }

    /// <summary>A kernel that adds up what blocks of channels made of gradients by places; answers the line that runs it, or null where there are none.</summary>
    private string? AddPlaces(Recur recur, SequenceGradientKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var r = recur.Recurrence;
        StepInput[] places = [.. r.Inputs.Where(i => i.Kind == StepInputKind.PlaceRows)];
        if (places.Length == 0) return null;
        var name = kernel.Name + "Places";
        var (locals, w) = (Locals(), new CodeWriter());
        w.Line("var (first, end) = RowShare.OfRows(Rows, worker, workers);");
        foreach (var i in places)
        {
            var to = tensors[GradientOf(kernel, i)];
            w.Line($"RowSums.Fold<V>(_{PlacePartial(recur, i)}, {Numbers.Of(RecurrenceEmitter.Blocks(r))}, {Numbers.Of(r.Places)}, {locals.Tensor(to)}, {Numbers.Of(to.Stride)}, first, end);");
        }
        var id = NextId(name);
        Write(name, $"{Numbers.Of(id)}. gradients of {string.Join(", ", places.Select(i => i.Name))}, added up over blocks of channels", [], locals, w);
        return $"RunRows({Numbers.Of(id)}); // {name}";
    }

    /// <summary>What a scan is given: rows, then parameters and settings.</summary>
    private string Given(Recur recur, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals) => string.Join(", ",
        recur.Recurrence.Inputs.Where(i => i.Operand >= 0 && i.Kind != StepInputKind.Number).Select(i => WholeRows(recur.Operands[i.Operand], tensors, locals))
            .Concat(recur.Recurrence.Inputs.Where(i => i.Operand < 0 || i.Kind == StepInputKind.Number).Select(i =>
                i.Parameter is { } parameter ? locals.Parameter(parameter) : $"(float){_layout.Setting(((Setting)recur.Operands[i.Operand]).Name)}")));

    private static SequenceGradient GradientOf(SequenceGradientKernel kernel, StepInput input) => kernel.Parts.First(g => g.Operand == input.Operand);

    private static int PartialColumns(Recurrence r) => RecurrenceEmitter.Blocks(r) * r.Places;

    private string PlacePartial(Recur recur, StepInput input)
    {
        var name = $"{Names.Lower(recur.Recurrence.Name)}{Names.Capital(input.Name)}Partials";
        if (_rowPartials.All(p => p.Name != name)) _rowPartials.Add((name, PartialColumns(recur.Recurrence)));
        return name;
    }

    private string CarryPlace(Recur recur) => _states.Of(recur.Carry).OfLayer("");

    /// <summary>Rows of a tensor from the slice's first on, and the distance between them.</summary>
    private static string WholeRows(Node n, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals) =>
        $"{locals.Tensor(tensors[n])} + row * {Numbers.Of(tensors[n].Stride)}, {Numbers.Of(tensors[n].Stride)}";
}
