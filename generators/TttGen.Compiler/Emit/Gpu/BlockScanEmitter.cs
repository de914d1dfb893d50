using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>
/// A memory's scan as one kernel: a block for each head of each sequence, its inner model on chip from the first mini-batch to the last. Rows of a
/// mini-batch that a call does not have are those of its last one again, learning at a rate of zero: they change nothing.
/// </summary>
internal sealed partial class BlockScanEmitter
{
    /// <summary>Elements of shared memory that a block may have: 163 KiB, the most on sm_80.</summary>
    public const int SharedLimit = 163 * 1024 / sizeof(float);

    private readonly LinkedMemory _memory;
    private readonly Func<string, bool> _storesBf16;
    private readonly int _rows;
    private readonly bool _onChip;
    private readonly int _feature;
    private readonly bool _isDual;
    private readonly TileKernel? _whole;
    private readonly TileKernel _step;
    private readonly TileKernel? _close;
    private readonly Dictionary<string, BlockTile> _tiles = [];
    private readonly List<(string Name, string Line)> _views = [];
    private readonly BlockLayout _block = new(SharedLimit);

    private readonly bool _tensorCores;
    private readonly List<Weight> _slowOnChip = [];

    private BlockScanEmitter(LinkedMemory memory, ScheduledMemory scan, bool decode, bool tensorCores, Func<string, bool> storesBf16)
    {
        (_memory, _storesBf16, _tensorCores, _optimiser) = (memory, storesBf16, tensorCores && !decode, memory.Optimiser);
        (_whole, _step, _close, _isDual) = (scan.Find(ProgramKind.MiniBatch), scan.Step, scan.Find(ProgramKind.Close), scan.IsDual);
        if (decode) _whole = null;
        _rows = decode || !_isDual ? 1 : memory.MiniBatch;
        _onChip = !decode;
        _feature = memory.Model.Width.Size;
    }

    /// <summary>What was made.</summary>
    /// <param name="Methods">A class with the methods of its parts.</param>
    /// <param name="Body">The kernel's body, after its parameters.</param>
    /// <param name="Threads">Of a block.</param>
    /// <param name="Workspace">Elements of device memory that each block needs.</param>
    public sealed record Scan(string Methods, string Body, int Threads, int Workspace);

    /// <summary>Emits the kernel of a memory: for many rows, or for one of each sequence.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="scan">Its programs.</param>
    /// <param name="decode">One row of each sequence, the state where it is.</param>
    /// <param name="tensorCores">Products of many rows whose sizes fit run on tensor cores, of operands split in three bf16.</param>
    /// <param name="storesBf16">Which of key, value, query and answer rows are bf16.</param>
    /// <param name="name">The class of its parts.</param>
    /// <param name="tokenRates">Writes the code that fills tok, where there is one.</param>
    public static Scan Emit(LinkedMemory memory, ScheduledMemory scan, bool decode, bool tensorCores, Func<string, bool> storesBf16, string name, Action<CodeWriter, int> tokenRates) =>
        new BlockScanEmitter(memory, scan, decode, tensorCores, storesBf16).Run(name, tokenRates);

    private IEnumerable<TileKernel> Kernels => new[] { _whole, _step, _close }.Where(k => k is not null).Select(k => k!);

    private Scan Run(string name, Action<CodeWriter, int> tokenRates)
    {
        var results = Kernels.SelectMany(k => k.Stages.OfType<ContractStage>()).Select(c => (c.Rows is { } r ? Size(r) : 1) * Size(c.Columns)).Concat([_feature]).Max();
        var threads = Math.Min(256, Math.Max(32, PowerOfTwoFrom(_onChip && _rows > 1 ? results / 32 : results)));

        // what a part needs of its own is known once it is laid out
        Persist("partials", 1, threads);
        foreach (var rows in RowTiles) Persist(rows, _rows, _feature);
        if (OutputFollowsValue()) Persist(Argument.Output.Name, _tiles[Argument.Value.Name]);
        else Persist(Argument.Output.Name, _rows, _feature);
        if (_optimiser is null)
        {
            foreach (var row in new[] { Argument.Rate, Argument.TokenRate }) Persist(row.Name, 1, _rows);
            Persist("tokenRates", 1, _memory.MiniBatch);
        }
        else PersistTable();
        foreach (var w in _memory.Model.Weights)
            if (_onChip && !w.Fast && w.Shape.Length == 1)
            {
                Persist(w.Name, 1, Elements(w));
                _slowOnChip.Add(w);
            }
            else Given(w.Name, w, !w.Fast);
        foreach (var w in Fast)
            foreach (var kept in StateOf(w).Skip(1)) Given(kept, w, false);
        var draft = Lay(out _);
        var room = SharedLimit - draft.SharedElements;
        var onChip = new List<Weight>();
        if (_onChip && draft.WorkspaceElements == 0)
            foreach (var w in Fast.OrderBy(Elements))
            {
                var size = (w.Shape.Length == 2 ? w.Shape[0].Size * BlockTile.StrideOf(w.Shape[1].Size, true) : Elements(w)) + 4;
                if (size > room) continue;
                room -= size;
                onChip.Add(w);
            }
        foreach (var w in Fast.Where(onChip.Contains))
        {
            _views.RemoveAll(v => v.Name == w.Name);
            Persist(w.Name, w.Shape.Length == 2 ? w.Shape[0].Size : 1, w.Shape.Length == 0 ? 1 : w.Shape[w.Shape.Length - 1].Size);
        }
        var block = Lay(out var methods);

        var w2 = new CodeWriter();
        Body(w2, name, threads, onChip, block, tokenRates);
        var text = new CodeWriter();
        text.Line($"/// <summary>{_memory.Name}, {(_rows == 1 ? "one row at a time" : $"up to {Numbers.Of(_rows)} rows at a time")}: what a block of {Numbers.Of(threads)} threads does.</summary>");
        text.Line("/// <remarks>");
        foreach (var line in Formulas.Of([("predict", _memory.Model.Predict), ("loss", _memory.Model.Loss)], n => n is Input input ? input.Name : null)) text.Line($"/// {Texts.Xml(line)}<br/>");
        text.Line("/// </remarks>");
        text.Open($"private static class {name}");
        for (var k = 0; k < methods.Count; k++)
        {
            if (k > 0) text.Line();
            text.Lines(methods[k].TrimEnd('\n'));
        }
        text.Close();
        return new Scan(text.ToString(), w2.ToString(), threads, block.WorkspaceElements);

        BlockLayout Lay(out List<string> written)
        {
            var all = _block.Fork();
            all.Join(_block);
            written = [];
            foreach (var kernel in Kernels)
            {
                var part = _block.Fork();
                part.Join(_block);
                var w = new CodeWriter();
                BlockKernelEmitter.Emit(kernel, _rows, threads, part, _tiles, _tensorCores, RowTiles.Where(_storesBf16), w);
                all.Join(part);
                written.Add(w.ToString());
            }
            return all;
        }
    }

    private IReadOnlyList<Weight> Fast => _memory.Model.Fast;

    /// <summary>What a block reads of the layer's rows.</summary>
    private static readonly string[] RowTiles = [Argument.Key.Name, Argument.Value.Name, Argument.Query.Name];

    private static int Elements(Weight w) => w.Shape.Aggregate(1, (n, a) => n * a.Size);

    private int Size(Axis a) => a.IsRows ? _rows : a.Size;

    private static int PowerOfTwoFrom(int n)
    {
        var p = 1;
        while (p < n) p *= 2;
        return p;
    }

    private BlockTile Persist(string name, int rows, int columns)
    {
        var tile = BlockKernelEmitter.Allocate(_block, name, rows, columns, int.MinValue, int.MaxValue, _tensorCores && Kernels.Count(k => StageAccess.IsReadAlong(k, name)) > Kernels.Count() / 2, out var line);
        _views.Add((name, line));
        return _tiles[name] = tile;
    }

    /// <summary>A tile where another one lies.</summary>
    private void Persist(string name, BlockTile place)
    {
        _tiles[name] = place with { Name = name };
        _views.Add((name, $"ArrayView<float> {name} = {place.Name}; // which nothing reads any more"));
    }

    /// <summary>Whether no output is written before the last value is read.</summary>
    private bool OutputFollowsValue() => _rows > 1 && Kernels.All(kernel =>
    {
        var work = StageGroups.Of(kernel, _rows);
        return work.FindLastIndex(g => g.Any(s => StageAccess.Reads(kernel, s).Any(b => b.Argument == Argument.Value))) < work.FindIndex(g => g.Any(s => StageAccess.Writes(kernel, s).Any(b => b.Argument == Argument.Output)))
            || !kernel.AllBuffers.Any(b => b.Argument == Argument.Value || b.Argument == Argument.Output);
    });

    /// <summary>A weight where it lies: in the state, or among the parameters.</summary>
    private void Given(string name, Weight w, bool slow)
    {
        var columns = w.Shape.Length == 0 ? 1 : w.Shape[w.Shape.Length - 1].Size;
        var rows = w.Shape.Length == 2 ? w.Shape[0].Size : 1;
        _tiles[name] = new BlockTile(name, rows, columns, columns, Place.Given);
        var elements = Numbers.Of(rows * columns);
        var shape = $"[{string.Join(", ", w.Shape)}]";
        if (slow)
        {
            _views.Add((name, $"ArrayView<float> {name} = {name}All.SubView({Head(w)}0, {elements}); // {shape}"));
        }
        else _views.Add((name, $"ArrayView<float> {name} = states.SubView(at + {Numbers.Of(OffsetOf(name))}, {elements}); // {shape}"));
    }

    /// <summary>Where a slow weight's elements for this head begin, to be added to.</summary>
    private string Head(Weight w) => _memory.Parameters[_memory.Model.Weights.ToList().IndexOf(w)].Inner > 1 ? $"head * {Numbers.Of(Elements(w))} + " : "";

    /// <summary>Where a fast weight or its gradient sum lies in a head's state.</summary>
    private long OffsetOf(string name)
    {
        // the state's tensors, as the emitter calls them, in the order in which a carry has them
        var names = Enumerable.Range(0, 1 + _memory.Kept.Count).SelectMany(k => Fast.Select(f => StateOf(f).ElementAt(k))).ToList();
        if (names.IndexOf(name) is >= 0 and var at) return _memory.Carry.Placed.ElementAt(at).Offset;
        throw new CompileException("TTT160", $"{name} is no state of {_memory.Name}");
    }
}
