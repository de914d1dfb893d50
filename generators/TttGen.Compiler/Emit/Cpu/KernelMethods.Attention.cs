using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <content>Attention over a sequence's pages, its gradient, and rotations by place.</content>
internal sealed partial class KernelMethods
{
    /// <summary>Queries that a worker takes at once.</summary>
    private const int QueryBlock = 128;

    /// <summary>The last argument of what reads and writes pages: those of a model that learns are in f32.</summary>
    private string Cached => _learns ? "" : ", cache: Cache";

    /// <summary>A kernel that appends keys and values to the pages; answers the line that runs it, before any query is answered.</summary>
    private string AppendKeys(string kernel, Attend attend, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var name = kernel + "Append";
        var (locals, w) = (Locals(), new CodeWriter());
        w.Open($"for (int item = worker; item < SliceCount * {Numbers.Of(attend.KeyHeads)}; item += workers)");
        w.Line($"ref BatchSlice slice = ref Slices[item / {Numbers.Of(attend.KeyHeads)}];");
        w.Line($"int head = item % {Numbers.Of(attend.KeyHeads)};");
        w.Line("nint row = slice.First;");
        w.Line($"KeyValueTile.Append<float, V>(slice.Count, slice.Position, {Numbers.Of(attend.Feature)}, {Pages(attend)},");
        w.Line($"    {HeadRows(attend.Key, attend.Feature, tensors, locals)}, {HeadRows(attend.Value, attend.Feature, tensors, locals)}{Cached});");
        w.Close();
        var id = NextId(name);
        Write(name, $"{Numbers.Of(id)}. keys and values into the sequences' pages", [], locals, w);
        return $"Run({Numbers.Of(id)}); // {name}";
    }

    /// <summary>Each worker takes blocks of queries of a key head's group.</summary>
    private void Attention(SequenceKernel kernel, Attend attend, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, CodeWriter w)
    {
        _scratch.Add($"AttentionForward.ScratchSize({Numbers.Of(attend.Feature)}, {Numbers.Of(attend.Group)})");
        var columns = attend.Group * attend.Feature;
        w.Line("int item = worker; // a key head and a block of queries");
        w.Open("for (int s = 0; s < SliceCount; s++)");
        w.Line("ref BatchSlice slice = ref Slices[s];");
        w.Line($"int items = (slice.Count + {Numbers.Of(QueryBlock - 1L)}) / {Numbers.Of(QueryBlock)} * {Numbers.Of(attend.KeyHeads)};");
        w.Open("for (; item < items; item += workers)");
        w.Line($"int head = item % {Numbers.Of(attend.KeyHeads)};");
        w.Line($"int first = item / {Numbers.Of(attend.KeyHeads)} * {Numbers.Of(QueryBlock)};");
        w.Line("nint row = slice.First + first;");
        w.Line($"AttentionForward.Run<float, V>(Math.Min({Numbers.Of(QueryBlock)}, slice.Count - first), slice.Position + first, {Sizes(attend)},");
        w.Line($"    {HeadRows(attend.Query, columns, tensors, locals)}, {HeadRows(attend, columns, tensors, locals)},");
        w.Line($"    {(kernel.Statistics is { } statistics ? HeadRows(statistics, attend.Group, tensors, locals) : "null, 0")}, Scratch(worker){Options(attend, tensors, locals)}{Cached});");
        w.Close();
        w.Line("item -= items;");
        w.Close();
    }

    /// <summary>Each worker takes key heads of whole sequences: the gradients of keys and values are sums over all queries.</summary>
    private void AttentionBackward(Attend attend, SequenceGradientKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, CodeWriter w)
    {
        _scratch.Add($"AttentionBackward.ScratchSize({Numbers.Of(attend.Feature)}, {Numbers.Of(attend.Group)})");
        var columns = attend.Group * attend.Feature;
        var statistics = tensors.Keys.OfType<SequenceStatistics>().Single(s => s.Primitive == attend);
        w.Open($"for (int item = worker; item < SliceCount * {Numbers.Of(attend.KeyHeads)}; item += workers)");
        w.Line($"ref BatchSlice slice = ref Slices[item / {Numbers.Of(attend.KeyHeads)}];");
        w.Line($"int head = item % {Numbers.Of(attend.KeyHeads)};");
        w.Line("nint row = slice.First;");
        w.Line($"AttentionBackward.Run<float, V>(slice.Count, slice.Position, {Sizes(attend)},");
        w.Line($"    {HeadRows(attend.Query, columns, tensors, locals)}, {HeadRows(attend, columns, tensors, locals)}, {HeadRows(statistics, attend.Group, tensors, locals)},");
        w.Line($"    {HeadRows(kernel.Output, columns, tensors, locals)}, {Part(0, columns)},");
        w.Line($"    {Part(1, attend.Feature)}, {Part(2, attend.Feature)}, Scratch(worker){Options(attend, tensors, locals)}{(attend.Sinks is null ? "" : ", " + Part(3, attend.Group))});");
        w.Close();

        string Part(int operand, int width) => HeadRows(kernel.Parts.First(g => g.Operand == operand), width, tensors, locals);
    }

    private void Rotation(Rotate rotate, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, CodeWriter w)
    {
        var (from, to) = (tensors[rotate.Rows[0]], tensors[rotate]);
        w.Line("var (first, end) = RowShare.OfRows(Rows, worker, workers);");
        w.Line($"_{_layout.PositionRotary(rotate)}.Run<V>(first, end, {Numbers.Of(to.Columns / rotate.Feature)}, {locals.Tensor(from)}, {Numbers.Of(from.Stride)}, {locals.Tensor(to)}, {Numbers.Of(to.Stride)}, {(rotate.Back ? "true" : "false")});");
    }

    /// <summary>Sizes and pages, as the kernels of attention take them.</summary>
    private string Sizes(Attend attend) =>
        $"{Numbers.Of(attend.Feature)}, {Numbers.Of(attend.Group)}, {Scale(attend)}, {Numbers.Of(attend.Window)}, {Pages(attend)}";

    /// <summary>What products of queries and keys are multiplied by: config.json may leave it at 0, which stands for the head's own.</summary>
    private string Scale(Attend attend)
    {
        var own = Numbers.Of(attend.OwnScale);
        return attend.Scale switch
        {
            null => own,
            Setting s => $"({_layout.Setting(s.Name)} != 0 ? {_layout.Setting(s.Name)} : {own})",
            var scale => _layout.NumberText(scale),
        };
    }

    /// <summary>A cap and sinks, where there are any.</summary>
    private string Options(Attend attend, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals) =>
        attend is { Cap: null, Sinks: null } ? ""
        : $",\n        {(attend.Cap is { } cap ? _layout.NumberText(cap) : "0")}{(attend.Sinks is { } sinks ? ", " + HeadRows(sinks, attend.Group, tensors, locals) : "")}";

    /// <summary>The pages of a sequence, and where in one the tile of the layer and head at work lies.</summary>
    private string Pages(Attend attend)
    {
        var slot = _states.Paged(attend.Carry);
        var layer = slot.Layers > 1 ? $"Layer * {Numbers.Of(attend.Carry.PagedSize)}L + " : "";
        return $"slice.Pages[{Numbers.Of(slot.Class)}], {(slot.Offset > 0 ? $"{Numbers.Of(slot.Offset)} + " : "")}{layer}head * {Numbers.Of(attend.Carry.PagedHeadSize)}L";
    }

    /// <summary>Rows of a tensor from the row at hand on, the head's columns, and the distance between them.</summary>
    private static string HeadRows(Node n, int columns, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals) =>
        $"{locals.Tensor(tensors[n])} + row * {Numbers.Of(tensors[n].Stride)} + head * {Numbers.Of(columns)}, {Numbers.Of(tensors[n].Stride)}";
}
