using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <content>Gradients of parameters.</content>
internal sealed partial class KernelMethods
{
    private int _packedInputs, _packedOutputs;

    /// <summary>Columns, in whole panels, that matrix gradients pack at once: of what was multiplied, and of the gradients of the products.</summary>
    public (int Inputs, int Outputs) PackedColumns => (32 * _packedInputs, 32 * _packedOutputs);

    /// <summary>
    /// Two kernels for a stretch of rows: rows and gradients are packed, each worker some of the rows; then they are multiplied, each worker some of the
    /// outputs.
    /// </summary>
    private IReadOnlyList<string> MatrixGradients(MatrixGradientKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var first = _layout.Parameter(kernel.Gradients[0].Matrix);
        _packedInputs = Math.Max(_packedInputs, Panels(first.Inner));
        _packedOutputs = Math.Max(_packedOutputs, kernel.Gradients.Sum(g => Panels(_layout.Parameter(g.Matrix).Columns)));

        var (locals, body) = (Locals(), new CodeWriter());
        body.Line("int count = Math.Min(GradientProduct.RowsAtOnce, Rows - PackedFirst);");
        body.Line("var (first, end) = RowShare.OfRows(count, worker, workers);");
        Pack(kernel.Name + "Rows", kernel.Left, first.Inner, "_packedRows", tensors, locals, body);
        long panels = 0;
        foreach (var g in kernel.Gradients)
        {
            var p = _layout.Parameter(g.Matrix);
            Pack($"{kernel.Name}Rows{g.Matrix}", g.Rows, p.Columns, "_packedGradients" + (panels == 0 ? "" : $" + {Numbers.Of(32 * panels)} * (nint)GradientProduct.RowsAtOnce"), tensors, locals, body);
            panels += Panels(p.Columns);
        }
        var pack = NextId("Pack" + kernel.Name);
        Write("Pack" + kernel.Name, $"{Numbers.Of(pack)}. packs the operands of {KernelSummary.Of(kernel, tensors.ToDictionary(t => t.Key, t => t.Value.Name))}", [], locals, body);

        (locals, body) = (Locals(), new CodeWriter());
        body.Line("int count = Math.Min(GradientProduct.RowsAtOnce, Rows - PackedFirst);");
        body.Line($"int first = (int)({Numbers.Of(panels)}L * worker / workers), end = (int)({Numbers.Of(panels)}L * (worker + 1) / workers);");
        panels = 0;
        foreach (var g in kernel.Gradients)
        {
            var p = _layout.Parameter(g.Matrix);
            var own = Numbers.Of((long)Panels(p.Columns));
            var before = panels == 0 ? "" : $" - {Numbers.Of(panels)}";
            var packed = "_packedGradients" + (panels == 0 ? "" : $" + {Numbers.Of(32 * panels)} * (nint)GradientProduct.RowsAtOnce");
            body.Line($"GradientProduct.Accumulate<V>({packed}, {Numbers.Of(p.Columns)}, Math.Clamp(first{before}, 0, {own}), Math.Clamp(end{before}, 0, {own}), _packedRows, {Numbers.Of(p.Inner)}, count, {locals.Gradient(g.Matrix)});");
            panels += Panels(p.Columns);
        }
        var multiply = NextId(kernel.Name);
        Write(kernel.Name, Title(multiply, kernel, tensors), [], locals, body);
        return
        [
            "for (PackedFirst = 0; PackedFirst < Rows; PackedFirst += GradientProduct.RowsAtOnce)",
            "{",
            $"    Run({Numbers.Of(pack)}); // Pack{kernel.Name}",
            $"    Run({Numbers.Of(multiply)}); // {kernel.Name}",
            "}",
        ];
    }

    /// <summary>Packs rows of the call: from memory, or as they are recomputed, some at a time.</summary>
    private void Pack(string method, Node rows, int columns, string to, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, CodeWriter w)
    {
        if (tensors.TryGetValue(rows, out var stored) && stored.Halo == 0)
        {
            w.Line($"GradientProduct.Pack<V>({locals.Tensor(stored)} + (nint)(PackedFirst + first) * {Numbers.Of(stored.Stride)}, {Numbers.Of(stored.Stride)}, first, end - first, {Numbers.Of(columns)}, {to});");
            return;
        }
        const int RowsOfBlock = 32;
        var stride = columns + 16;
        _scratch.Add(Numbers.Of((long)RowsOfBlock * stride));
        w.Open($"for (int r = first; r < end; r += {Numbers.Of(RowsOfBlock)})");
        w.Line($"int rows = Math.Min({Numbers.Of(RowsOfBlock)}, end - r);");
        w.Line($"{method}<V>(worker, PackedFirst + r, rows, Scratch(worker)); // [rows, {Numbers.Of(columns)}], {Numbers.Of(stride)} apart");
        w.Line($"GradientProduct.Pack<V>(Scratch(worker), {Numbers.Of(stride)}, r, rows, {Numbers.Of(columns)}, {to});");
        w.Close();
        Prologue(method, rows, false, columns, stride, tensors);
    }

    /// <summary>Each worker takes some of the columns: rows of one token are added in their order.</summary>
    private static void Scatter(ScatterKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, CodeWriter w)
    {
        var rows = tensors[kernel.Rows];
        w.Line($"RowSums.Scatter<V>(TokenIds, Rows, {locals.Tensor(rows)}, {Numbers.Of(rows.Stride)}, {Numbers.Of(rows.Columns)}, {locals.Gradient(kernel.Lookup.Table)}, worker, workers);");
    }

    /// <summary>Little work, for one worker: adds up blocks of rows and heads, and what gradients of vectors are made of them.</summary>
    private void Vectors(VectorKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, NameTable names, CodeWriter w)
    {
        w.Line("if (worker > 0) return;");
        var vectors = new Dictionary<Node, string>();
        foreach (var s in kernel.Sums)
        {
            var columns = s.Node.Shape[0].Size;
            w.Line($"float* {s.Name} = RowSums.Added<V>(_{s.Name}, {Numbers.Of(Rounded(columns))}, RowShare.SumBlocks(Rows)); // [{Numbers.Of(columns)}]");
            vectors[s.Node] = s.Name;
        }
        foreach (var rate in kernel.Shared)
        {
            var memory = MemoryOf((Learn)rate.Primitive);
            var name = names.Fresh("d" + memory.Name + "TokenRate");
            w.Line($"float* {name} = RowSums.Added<V>(_{RatePartials(memory)}, {Numbers.Of(Rounded(memory.MiniBatch))}, {Numbers.Of(memory.Heads)}); // [{Numbers.Of(memory.MiniBatch)}]");
            vectors[rate] = name;
        }
        foreach (var memory in kernel.Primitives.OfType<Learn>().Select(MemoryOf))
            for (var k = 0; k < memory.Parameters.Count; k++)
                if (memory.Parameters[k] is { Inner: 1 } p)
                    w.Line($"RowSums.Add<V>(RowSums.Added<V>(_{SharedPartials(memory, k)}, {Numbers.Of(Rounded(p.Columns))}, {Numbers.Of(memory.Heads)}), {locals.Gradient(p.Name)}, {Numbers.Of(p.Columns)});");
        foreach (var (parameter, gradient) in kernel.Gradients)
        {
            var memory = new KernelAddresses(_layout, locals, tensors, new Dictionary<Node, string>(), null, names) { Vectors = vectors };
            var each = parameter as EachHead;
            var target = each is null ? Address.Pointer(locals.Gradient(parameter)) : KeptRow(Names.Lower(each.Name) + KernelLocals.GradientOf, each.Shape[0].Size, names, w);
            if (each is not null) w.Line($"new Span<float>({target.Start}, {Numbers.Of(each.Shape[0].Size)}).Clear();");
            var sum = new SumTarget(gradient, Access.Shared, target);
            Emitted(new RowCode(memory, new LanesDialect(memory.Element), null, [], memory.Unstored, (hint, size) => KeptRow(hint, size, names, w), names) { Sums = [sum] }, w).Write(w);
            if (each is not null) w.Line($"HeadRows.Fold<V>({target.Start}, {Numbers.Of(each.Feature)}, {Numbers.Of(each.Heads)}, {locals.Gradient(each.Parameter)});");
        }
    }
}
