using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>Which buffers a stage of a tile kernel reads and writes.</summary>
internal static class StageAccess
{
    /// <summary>Whether products read a buffer along its rows, most of them.</summary>
    public static bool IsReadAlong(TileKernel kernel, string name)
    {
        var along = 0;
        foreach (var c in kernel.Stages.OfType<ContractStage>())
        {
            if (c.A.Value is { } a && kernel.Buffers[a].Name == name) along += c.A.Transposed ? -1 : 1;
            if (kernel.Buffers[c.B.Value!].Name == name) along += c.B.Transposed ? 1 : -1;
        }
        return along > 0;
    }

    /// <summary>What the stage writes.</summary>
    public static IEnumerable<TileBuffer> Writes(TileKernel kernel, Stage stage) => stage switch
    {
        ContractStage c => [c.Destination],
        TransposeStage t => [t.Destination],
        CopyStage c => [c.Destination],
        ClearStage c => [c.Destination],
        RowsStage r => r.Stores.Select(s => kernel.Buffers[s]).Concat(r.Sums.Select(s => s.Destination)),
        _ => [],
    };

    /// <summary>What the stage reads, what it adds to among it.</summary>
    public static IEnumerable<TileBuffer> Reads(TileKernel kernel, Stage stage)
    {
        var found = new HashSet<TileBuffer>();
        var seen = new HashSet<Node>();
        switch (stage)
        {
            case ContractStage c:
                foreach (var n in new[] { c.A.Value, c.B.Value }.Concat(c.Scalars)) if (n is not null && kernel.Buffers.TryGetValue(n, out var b)) found.Add(b);
                if (c.Accumulate) found.Add(c.Destination);
                break;
            case TransposeStage t: found.Add(t.Source); break;
            case CopyStage c: found.Add(c.Source); break;
            case RowsStage r:
                foreach (var s in r.Stores) Visit(s, true);
                foreach (var s in r.Sums)
                {
                    Visit(s.Body, false);
                    found.Add(s.Destination);
                }
                break;
        }
        return found;

        void Visit(Node n, bool root)
        {
            if (!root && kernel.Buffers.TryGetValue(n, out var buffer))
            {
                found.Add(buffer);
                if (kernel.Transposed.TryGetValue(n, out var copy)) found.Add(copy);
                return;
            }
            if (!seen.Add(n)) return;
            if (kernel.Accumulations.TryGetValue(n, out var sum))
            {
                found.Add(sum.Buffer);
                foreach (var t in sum.Rest) Visit(t, false);
                return;
            }
            foreach (var o in n.Operands) Visit(o, false);
        }
    }
}
