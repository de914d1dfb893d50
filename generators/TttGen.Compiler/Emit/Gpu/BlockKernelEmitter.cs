using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>
/// A tile kernel as the work of one block of threads: a method over views, a stage after another with a barrier between, every size a constant.
/// Products keep a tile of results in each thread's registers; rows are dealt out to groups of threads.
/// </summary>
internal sealed partial class BlockKernelEmitter
{
    private readonly TileKernel _kernel;
    private readonly int _rows;
    private readonly int _threads;
    private readonly BlockLayout _memory;
    private readonly Dictionary<string, BlockTile> _tiles;
    private readonly NameTable _names;
    private readonly List<string> _views = [];
    private readonly List<IReadOnlyList<Stage>> _work;
    private readonly bool _tensorCores;
    private readonly HashSet<string> _exact;

    private BlockKernelEmitter(TileKernel kernel, int rows, int threads, BlockLayout memory, IReadOnlyDictionary<string, BlockTile> given, bool tensorCores, IEnumerable<string> exact)
    {
        _tensorCores = tensorCores;
        _exact = [.. exact];
        _kernel = kernel;
        _rows = rows;
        _threads = threads;
        _memory = memory;
        _tiles = given.ToDictionary(g => g.Key, g => g.Value);
        _work = StageGroups.Of(kernel, rows);
        _names = new NameTable(kernel.AllBuffers.Select(b => b.Name).Concat(kernel.Program.Inputs.Select(i => i.Name)).Concat(["thread", "memory", "workspace", "partials", "lane", "row", "e", "k", "tx", "ty"]));
    }

    /// <summary>Writes the method.</summary>
    /// <param name="kernel">What runs.</param>
    /// <param name="rows">Rows of a call: a constant here. Rows past a call's end learn at a rate of zero.</param>
    /// <param name="threads">Threads of a block.</param>
    /// <param name="memory">The block's memory: a fork of its own for what lives within the method.</param>
    /// <param name="given">Tiles of the caller, by name.</param>
    /// <param name="tensorCores">Products whose sizes fit run there.</param>
    /// <param name="exact">Given tiles whose elements are bf16.</param>
    /// <param name="w">Where to.</param>
    public static void Emit(TileKernel kernel, int rows, int threads, BlockLayout memory, IReadOnlyDictionary<string, BlockTile> given, bool tensorCores, IEnumerable<string> exact, CodeWriter w) =>
        new BlockKernelEmitter(kernel, rows, threads, memory, given, tensorCores, exact).Run(w);

    /// <summary>What a caller passes: views and numbers by name, after the thread and the block's memory.</summary>
    public static IEnumerable<TileBuffer> Parameters(TileKernel kernel) => kernel.Parameters;

    private void Run(CodeWriter w)
    {
        PlaceScratch();
        var body = new CodeWriter { Indent = w.Indent + 1 };
        for (var k = 0; k < _work.Count; k++)
        {
            body.Line();
            Write(_work[k], k, body);
            body.Line("Group.Barrier();");
        }

        w.Line($"/// <summary>{Texts.Xml(_kernel.Program.Summary)}</summary>");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveInlining)]");
        var parameters = _kernel.Parameters.Select(p => $"{(IsByValue(p) ? "float" : "ArrayView<float>")} {p.Name}");
        w.Line($"public static void {_kernel.Program.Name}(int thread, ArrayView<float> memory, ArrayView<float> workspace, ArrayView<float> partials, {string.Join(", ", parameters)})");
        w.Line("{");
        foreach (var line in _views) w.Line("    " + line);
        foreach (var line in body.ToString().TrimEnd('\n').Split('\n')) w.Line(line.Length == 0 ? "" : line.Substring(Math.Min(4 * w.Indent, line.Length)));
        w.Line("}");
    }

    private void Write(IReadOnlyList<Stage> stages, int at, CodeWriter w)
    {
        switch (stages[0])
        {
            case ClearStage c: Clear(c.Destination, w); break;
            case TransposeStage t: Transpose(t, w); break;
            case CopyStage c: Copy(c, w); break;
            case ContractStage: Contract([.. stages.Cast<ContractStage>()], w); break;
            case RowsStage r: Rows(r, at, w); break;
        }
    }

    // ---- memory

    private void PlaceScratch()
    {
        var lives = new Dictionary<TileBuffer, (int First, int Last)>();
        for (var k = 0; k < _work.Count; k++)
            foreach (var b in _work[k].SelectMany(s => StageAccess.Reads(_kernel, s).Concat(StageAccess.Writes(_kernel, s))))
                lives[b] = lives.TryGetValue(b, out var life) ? (life.First, k) : (k, k);
        foreach (var buffer in _kernel.AllBuffers.Where(b => !_tiles.ContainsKey(b.Name)))
        {
            // what no stage touches has no life
            if (IsByValue(buffer) || !lives.TryGetValue(buffer, out var life)) continue;
            Place(buffer.Name, Rows(buffer), Columns(buffer), life.First, life.Last);
        }
    }

    private BlockTile Place(string name, int rows, int columns, int first, int last)
    {
        var tile = Allocate(_memory, name, rows, columns, first, last, _tensorCores && StageAccess.IsReadAlong(_kernel, name), out var line);
        _views.Add(line);
        return _tiles[name] = tile;
    }

    /// <summary>A tile of one stage's own.</summary>
    private BlockTile PlaceOwn(string name, int rows, int columns, int at) => Place(_names.Fresh(name), rows, columns, at, at);

    /// <summary>Puts a tile into a block's memory.</summary>
    /// <param name="memory">The block's memory.</param>
    /// <param name="name">Its name.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="first">First step of its life.</param>
    /// <param name="last">Last step of its life.</param>
    /// <param name="along">Tensor cores read it along its rows, two elements a thread.</param>
    /// <param name="line">Makes the view.</param>
    public static BlockTile Allocate(BlockLayout memory, string name, int rows, int columns, int first, int last, bool along, out string line)
    {
        var padded = rows == 1 ? columns : BlockTile.StrideOf(columns, along);
        var (place, offset) = memory.Allocate(rows == 1 ? columns : rows * padded, first, last);
        var tile = new BlockTile(name, rows, columns, padded, place);
        line = $"ArrayView<float> {name} = {(place == Gpu.Place.Shared ? "memory" : "workspace")}.SubView({Numbers.Of(offset)}, {Numbers.Of(tile.Elements)}); // "
            + (rows == 1 ? $"[{Numbers.Of(columns)}]" : $"[{Numbers.Of(rows)}, {Numbers.Of(columns)}]{(padded == columns ? "" : $", rows {Numbers.Of(padded)} apart")}");
        return tile;
    }

    private int Size(Axis axis) => axis.IsRows ? _rows : axis.Size;

    private int Rows(TileBuffer b) => b.Shape.Length == 2 ? Size(b.Shape[0]) : 1;

    private int Columns(TileBuffer b) => b.Shape.Length == 0 ? 1 : Size(b.Shape[b.Shape.Length - 1]);

    private BlockTile TileOf(Node n) => _tiles[_kernel.Buffers[n].Name];

    private BlockTile TileOf(TileBuffer b) => _tiles[b.Name];

    /// <summary>A number that the kernel is given; all others lie in memory.</summary>
    private static bool IsByValue(TileBuffer b) => b is { Kind: BufferKind.Input, Shape.Length: 0 };

    private static Expr Number(TileBuffer b) => IsByValue(b) ? Expr.Name(b.Name) : Expr.Element(Expr.Name(b.Name), Expr.Of(0));

    // ---- stages that move data

    private void Clear(TileBuffer b, CodeWriter w)
    {
        w.Line($"// {b.Name} = 0");
        w.Line($"for (int e = thread; e < {Numbers.Of(TileOf(b).Elements)}; e += {Numbers.Of(_threads)}) {b.Name}[e] = 0f;");
    }

    private void Transpose(TransposeStage t, CodeWriter w)
    {
        var (from, to) = (TileOf(t.Source), TileOf(t.Destination));
        w.Line($"// {to.Name} = {from.Name}ᵀ");
        Each(from.Rows, from.Columns, w, $"{to.Name}[j * {Numbers.Of(to.Stride)} + i] = {from.Name}[i * {Numbers.Of(from.Stride)} + j];");
    }

    private void Copy(CopyStage c, CodeWriter w)
    {
        var (from, to) = (TileOf(c.Source), TileOf(c.Destination));
        w.Line($"// {to.Name} = {from.Name}");
        if (c.Source.Shape.Length == 0) w.Line($"if (thread == 0) {to.Name}[0] = {Number(c.Source)};");
        else Each(from.Rows, from.Columns, w, $"{to.Name}[i * {Numbers.Of(to.Stride)} + j] = {from.Name}[i * {Numbers.Of(from.Stride)} + j];");
    }

    private void Each(int rows, int columns, CodeWriter w, string statement) => Each(rows, columns, _threads, w, statement);

    /// <summary>A statement for every element i, j.</summary>
    public static void Each(int rows, int columns, int threads, CodeWriter w, params string[] statements)
    {
        w.Open($"for (int e = thread; e < {Numbers.Of(rows * columns)}; e += {Numbers.Of(threads)})");
        w.Line($"int i = {Quotient("e", columns)}, j = {Remainder("e", columns)};");
        foreach (var s in statements) w.Line(s);
        w.Close();
    }

    /// <summary>n / by of what is not negative. A division is many instructions, by a constant, too.</summary>
    public static string Quotient(string n, int by) => Power(by) is { } shift ? $"{n} >> {Numbers.Of(shift)}" : $"{n} / {Numbers.Of(by)}";

    /// <summary>n mod by.</summary>
    public static string Remainder(string n, int by) => Power(by) is not null ? $"{n} & {Numbers.Of(by - 1)}" : $"{n} % {Numbers.Of(by)}";

    private static int? Power(int of)
    {
        var shift = 0;
        while (1 << shift < of) shift++;
        return 1 << shift == of ? shift : null;
    }
}
