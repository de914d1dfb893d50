using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <content>Products with packed matrices.</content>
internal sealed partial class KernelMethods
{
    private readonly HashSet<string> _transposed = [];

    /// <summary>Matrices that are multiplied by the other way round.</summary>
    public IReadOnlyCollection<string> Transposed => _transposed;

    private void Multiply(ProductKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, NameTable names, CodeWriter w)
    {
        var inner = kernel.Groups[0].Products[0].Inner;
        var stride = inner + 16;
        var panels = kernel.Groups.Sum(g => Panels(g.Columns));
        var most = kernel.Groups.Max(g => g.Products.Count);
        var rowCount = kernel.IsHead ? "OutputCount" : "Rows";
        w.Line($"RowShare share = RowShare.{(_learns ? "Fixed" : "Of")}({rowCount}, {Numbers.Of(panels)}, {Numbers.Of(inner)}, worker, workers);");
        var direct = !kernel.IsHead && tensors.TryGetValue(kernel.Left, out var stored) && stored.Halo == 0 ? stored : null;
        w.Line(direct is null
            ? $"float* block = Scratch(worker); // [share.BlockRows, {Numbers.Of(inner)}], rows {Numbers.Of(stride)} apart"
            : "float* block = Scratch(worker);");
        var tileOffset = direct is null ? $" + share.BlockRows * {Numbers.Of(stride)}" : "";
        for (var t = 0; t < most; t++)
            w.Line($"float* {Tile(t)} = block{tileOffset}{(t == 0 ? "" : $" + {(t == 1 ? "" : $"{Numbers.Of(t)} * ")}share.BlockRows * 32")}; // [share.BlockRows, 32]");
        _scratch.Add($"RowShare.MaxBlockRows({Numbers.Of(inner)}) * {Numbers.Of((direct is null ? stride : 0) + 32L * most)}L");
        w.Open("for (int first = share.FirstRow; first < share.EndRow; first += share.BlockRows)");
        w.Line("int rows = Math.Min(share.BlockRows, share.EndRow - first);");
        string a;
        if (direct is null)
        {
            w.Line($"{kernel.Name}Rows<V>(worker, first, rows, block);");
            Prologue($"{kernel.Name}Rows", kernel.Left, kernel.IsHead, inner, stride, tensors);
            a = $"block, {Numbers.Of(stride)}";
        }
        else a = $"{locals.Tensor(direct)} + (nint)first * {Numbers.Of(direct.Stride)}, {Numbers.Of(direct.Stride)}";

        var panel = 0;
        for (var g = 0; g < kernel.Groups.Count; g++)
        {
            var group = kernel.Groups[g];
            var count = Panels(group.Columns);
            var before = panel == 0 ? "" : $" - {Numbers.Of(panel)}";
            var from = panel == 0 ? "share.FirstPanel" : $"Math.Max(share.FirstPanel{before}, 0)";
            w.Open($"for (int p = {from}; p < Math.Min(share.EndPanel{before}, {Numbers.Of(count)}); p++)");
            for (var t = 0; t < group.Products.Count; t++)
            {
                var product = group.Products[t];
                if (product.Transposed) _transposed.Add(product.Matrix);
                w.Line($"Product.Panel<V>({locals.Matrix(product.Matrix, product.Transposed)}, p, {a}, rows, {Tile(t)});");
                if (product.Constant != 1) w.Line($"for (int e = 0; e < rows * 32; e++) {Tile(t)}[e] *= {Numbers.OfSingle(product.Constant)};");
            }
            var method = kernel.Groups.Count == 1 ? $"{kernel.Name}Store" : $"{kernel.Name}Store" + string.Concat(group.Stores.Select(n => Names.Capital(tensors[n].Name)));
            w.Line($"{method}<V>(worker, p, first, rows, {string.Join(", ", Enumerable.Range(0, group.Products.Count).Select(Tile))});");
            w.Close();
            Epilogue(kernel, group, method, tensors);
            panel += count;
        }
        w.Close();
    }

    private static string Tile(int index) => "tile" + (index == 0 ? "" : Numbers.Of(index + 1L));

    /// <summary>
    /// The rows that a product kernel multiplies. Prologues and epilogues are methods of their own: what is inlined into one method is limited.
    /// </summary>
    private void Prologue(string name, Node left, bool isHead, int inner, int stride, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var (locals, names, body) = (Locals(), Fresh(), new CodeWriter());
        var memory = new KernelAddresses(_layout, locals, tensors, new Dictionary<Node, string>(), null, names);
        var stored = tensors.TryGetValue(left, out var known) ? known : null;
        var row = stored is null ? RowText(memory, [left], [], _ => Address.Pointer("to"), names, body) : null;
        var from = stored is null ? null : memory.PointerTo(stored);
        body.Open("for (int r = 0; r < rows; r++)");
        body.Line(isHead ? "int i = OutputRows[first + r];" : "int i = first + r;");
        body.Line($"float* to = block + r * {Numbers.Of(stride)};");
        if (row is not null) Paste(memory, row, body);
        else
        {
            foreach (var pointer in memory.Pointers) body.Line(pointer.ToString());
            body.Line($"new ReadOnlySpan<float>({from}, {Numbers.Of(inner)}).CopyTo(new Span<float>(to, {Numbers.Of(inner)}));");
        }
        body.Close();
        IReadOnlyList<string> formulas = stored is null ? Formulas.Of([(left.Hint ?? "rows", left)], n => KernelSummary.NameOf(n, tensors)) : [];
        Part(name, "int worker, int first, int rows, float* block", formulas, locals, body);
    }

    private void Epilogue(ProductKernel kernel, ProductGroup group, string method, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var (locals, names, body) = (Locals(), Fresh(), new CodeWriter());
        body.Line("int c0 = p * 32;");
        if (group.Columns % 32 != 0) body.Line($"int columns = Math.Min(32, {Numbers.Of(group.Columns)} - c0);");
        var tiles = group.Products.Select((p, t) => (p.Node, Name: Tile(t))).ToDictionary(x => x.Node, x => x.Name);
        var memory = new KernelAddresses(_layout, locals, tensors, tiles, group.Columns, names);
        var logits = Expr.Name("LogitRows") + Expr.Cast("nint", Expr.Name("first") + Expr.Name("r")) * Expr.Of(group.Columns) + Expr.Name("c0");
        Func<Node, Address> target = kernel.IsHead ? _ => Address.Pointer(logits) : n => memory.RowOf(tensors[n], 0);
        var row = RowText(memory, group.Stores, [], target, names, body);
        body.Open("for (int r = 0; r < rows; r++)");
        if (!kernel.IsHead) body.Line("int i = first + r;");
        Paste(memory, row, body);
        body.Close();
        Part(method, $"int worker, int p, int first, int rows, {string.Join(", ", tiles.Values.Select(t => "float* " + t))}", KernelSummary.Epilogue(kernel, group, tensors), locals, body);
    }

    private void Part(string name, string parameters, IReadOnlyList<string> formulas, KernelLocals locals, CodeWriter body)
    {
        var w = new CodeWriter();
        foreach (var line in formulas) w.Line("// " + line);
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        w.Open($"private void {name}<V>({parameters}) where V : struct, ILanes<V, float>");
        foreach (var line in locals.Lines) w.Line(line);
        foreach (var line in body.ToString().TrimEnd('\n').Split('\n')) w.Line(line);
        w.Close();
        _parts.Add(w.ToString());
    }
}
