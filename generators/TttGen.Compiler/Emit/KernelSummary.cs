using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>Kernels over rows in words and formulas: what stands above them in the code of every backend.</summary>
internal static class KernelSummary
{
    /// <summary>A line a kernel: what it computes and what was fused into it.</summary>
    public static IEnumerable<string> Describe(IReadOnlyList<(LinkedSegment Segment, RowSchedule Schedule)> segments)
    {
        foreach (var (segment, schedule) in segments)
        {
            var stored = schedule.Tensors.ToDictionary(t => t.Node, t => t.Name);
            foreach (var kernel in schedule.Kernels)
                yield return $"{(segment.Repeat > 1 ? $"{segment.Repeat} × " : "")}{kernel.Name}: {Of(kernel, stored)}";
        }
    }

    /// <summary>What a kernel computes, in a line.</summary>
    public static string Of(RowKernel kernel, IReadOnlyDictionary<Node, string> stored)
    {
        string Name(Node n) => stored.TryGetValue(n, out var name) ? name : n.Hint ?? "rows";
        static string Beside(string[] matrices) => matrices.Length == 1 ? matrices[0] : $"[{string.Join(" | ", matrices)}]";
        string Left(ProductKernel p) => stored.ContainsKey(p.Left) ? Name(p.Left) : $"(fused {Name(p.Left)})";
        return kernel switch
        {
            LookupKernel l => $"rows of {l.Lookup.Table}",
            RowsKernel r => string.Join(", ", r.Stores.Select(Name).Concat(r.Sums.Select(s => s.Name))) + " row by row",
            SequenceKernel s => $"{Name(s.Primitive)} = {s.Primitive.Call}({string.Join(", ", s.Primitive.Rows.Select(Name))})",
            ProductKernel { IsHead: true } p => $"logits = {Left(p)} · {p.Groups[0].Products[0].Matrix}",
            ProductKernel p => $"{string.Join(", ", p.Groups.SelectMany(g => g.Stores).Select(Name))} = {Left(p)} · {Beside([.. p.Groups.SelectMany(g => g.Products).Select(m => m.Matrix + (m.Transposed ? "ᵀ" : ""))])}",
            SequenceGradientKernel s => $"{string.Join(", ", s.Parts.Select(p => p.Rank == 2 ? Name(p) : p.Hint))}: the gradient of {s.Primitive.Call}, from {Name(s.Output)}",
            MatrixGradientKernel m => string.Join(", ", m.Gradients.Select(g => $"d{g.Matrix} += {Name(m.Left)}ᵀ · {Name(g.Rows)}")) + (stored.ContainsKey(m.Left) ? "" : $"; {Name(m.Left)} is recomputed"),
            ScatterKernel s => $"d{s.Lookup.Table} += {Name(s.Rows)}, by token",
            VectorKernel v => "gradients of " + string.Join(", ", v.Gradients.Select(g => g.Parameter.Name)),
            _ => "",
        };
    }

    /// <summary>What a formula calls a value that lies in memory.</summary>
    public static string? NameOf(Node node, IReadOnlyDictionary<Node, RowTensor> tensors) => tensors.TryGetValue(node, out var tensor) ? tensor.Name
        : node is Input input and not (Setting or Harmonic or Tap or EachHead) ? Names.Lower(input.Name) : null;

    /// <summary>The products that a panel of columns is made of, then what is made of them.</summary>
    public static IReadOnlyList<string> Epilogue(ProductKernel kernel, ProductGroup group, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var left = tensors.TryGetValue(kernel.Left, out var stored) ? stored.Name : kernel.Left.Hint ?? "rows";
        var products = group.Products.ToDictionary(p => p.Node, p => kernel.IsHead ? "logits" : tensors.TryGetValue(p.Node, out var own) ? own.Name : p.Node.Hint ?? Names.Lower(p.Matrix));
        var made = group.Stores.Where(s => !products.ContainsKey(s)).Select(s => (tensors[s].Name, s)).ToList();
        return
        [
            .. group.Products.Select(p => $"{products[p.Node]} = {(p.Constant == 1 ? "" : Numbers.Short(p.Constant) + " ")}{left} · {Names.Lower(p.Matrix)}{(p.Transposed ? "ᵀ" : "")}"),
            .. Formulas.Of(made, n => products.TryGetValue(n, out var product) ? product : NameOf(n, tensors)),
        ];
    }
}
