using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Scheduling;

/// <content>Products: those of one left operand, and what follows them column by column.</content>
public sealed partial class RowScheduler
{
    private void Multiply(Node left)
    {
        var products = _live.Where(n => _products.TryGetValue(n, out var p) && p.A.Value == left).ToList();
        var inside = new HashSet<Node>(products);
        var absorbed = new List<Node>();
        foreach (var n in _live)
        {
            if (inside.Contains(n) || _made.Contains(n) || n.Rank != 2 || _products.ContainsKey(n) || !IsColumnWise(n)) continue;
            if (!n.Operands.Any(inside.Contains) || !n.Operands.All(o => inside.Contains(o) ? o.Shape[1].Size == n.Shape[1].Size : Available(o))) continue;
            inside.Add(n);
            absorbed.Add(n);
        }
        foreach (var n in absorbed.Where(IsCheapLater).ToList())
        {
            inside.Remove(n);
            absorbed.Remove(n);
        }
        // what was made of those alone goes with them
        absorbed.RemoveAll(n => !n.Operands.Any(inside.Contains) && inside.Remove(n));
        var groups = new List<ProductGroup>();
        foreach (var cluster in Clusters(products, absorbed))
        {
            var members = new HashSet<Node>(cluster);
            var stores = cluster.Where(n => _mustStore.Contains(n) || _roots.Contains(n) || (_users.TryGetValue(n, out var users) && users.Any(u => !members.Contains(u)))).ToList();
            foreach (var s in stores) Tensor(s, "rows");
            var parts = cluster.Where(_products.ContainsKey).Select(n => _products[n]).ToList();
            groups.Add(new ProductGroup(
                [.. parts.Select(p => new MatrixProduct(p.Node, ((Input)p.B.Value!).Name, p.Constant, p.Inner.Size, p.B.Transposed))], parts[0].Columns.Size, stores));
        }
        _kernels.Add(new ProductKernel(Unique("Multiply" + string.Concat(groups.SelectMany(g => g.Stores).Select(n => Names.Capital(_tensors[n].Name)))), left, groups, false));
        foreach (var n in inside) if (_tensors.ContainsKey(n)) _made.Add(n);
        foreach (var p in products) _made.Add(p);
    }

    /// <summary>
    /// A product of rows that are stored anyway, for a kernel further on, or one for sums over heads, which are no part of an epilogue: cheaper to recompute there than to store
    /// and load.
    /// </summary>
    private bool IsCheapLater(Node n) => n is Einsum && !_mustStore.Contains(n) && _users.TryGetValue(n, out var users)
        && (users.All(u => u is HeadSum) || (users.All(u => ReadsShift(u)) && n.Operands.All(o => o.Rank < 2 || _mustStore.Contains(o))));

    private static bool IsColumnWise(Node n) => n is Sum or Map or RotatePairs or Einsum { Reduced: "" };

    /// <summary>Can be had in an epilogue without another product of this kernel: in memory, or column-wise of such.</summary>
    private bool Available(Node n)
    {
        var seen = new HashSet<Node>();
        return Has(n);

        bool Has(Node at) => !seen.Add(at) || at switch
        {
            Input { Shape: [{ IsRows: true }, ..] } => _made.Contains(at),
            Input or Literal or InverseSize or Zero => true,
            Shift s => _tensors.ContainsKey(s.Argument) && _made.Contains(s.Argument),
            _ when _tensors.ContainsKey(at) && _made.Contains(at) => true,
            _ => !_products.ContainsKey(at) && IsColumnWise(at) && at.Operands.All(Has),
        };
    }

    /// <summary>Products that meet in a common value, with all that is made of them.</summary>
    private static IEnumerable<List<Node>> Clusters(List<Node> products, List<Node> absorbed)
    {
        var of = products.ToDictionary(p => p, p => new List<Node> { p });
        foreach (var n in absorbed)
        {
            var lists = n.Operands.Where(of.ContainsKey).Select(o => of[o]).Distinct().ToList();
            var first = lists[0];
            foreach (var other in lists.Skip(1))
            {
                first.AddRange(other);
                foreach (var m in other) of[m] = first;
            }
            first.Add(n);
            of[n] = first;
        }
        return of.Values.Distinct().Select(l => l.OrderBy(n => n.Id)).Select(l => l.ToList());
    }
}
