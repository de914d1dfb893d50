using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <content>Rows: a group of threads works on each; what it adds up along the row, its threads hand each other through shared memory.</content>
internal sealed partial class BlockKernelEmitter
{
    private void Rows(RowsStage stage, int at, CodeWriter w)
    {
        var rows = stage.RowAxis is { } axis ? Size(axis) : 1;
        var lanes = Math.Max(1, PowerOfTwoUpTo(_threads / rows));
        if (stage.RowAxis is not null) lanes = Math.Min(lanes, 32);
        var atOnce = _threads / lanes;
        var inFours = _rows > 1 && InFours(stage);

        // what is summed over the rows is stored for each of them first
        var bodies = new List<(RowSum Sum, string Body)>();
        var targets = new Dictionary<Node, Address>();
        foreach (var s in stage.Sums)
        {
            if (s.Body is Input || (_kernel.Buffers.ContainsKey(s.Body) && !stage.Stores.Contains(s.Body)))
            {
                bodies.Add((s, TileOf(s.Body).Name));
                continue;
            }
            var tile = PlaceOwn(s.Destination.Name + "Parts", s.Access.IsVector() ? rows : 1, s.Access.IsVector() ? Size(RowPlan.Columns(s.Body)) : rows, at);
            targets[s.Body] = s.Access.IsVector() ? Row(tile, inFours) : OfRow(tile.Name);
            bodies.Add((s, tile.Name));
        }

        var memory = new BlockAddresses(this, inFours);
        // threads without a row of their own work on the last one again, for sums need all of a block; not where the row is being replaced
        var spare = rows % atOnce != 0;
        var waits = spare && ReplacesRows(stage) && !HasSums(stage);
        var mayStore = spare && !waits ? Expr.Name("live") : null;
        HashSet<string?> replaced = [.. stage.Stores.Select(s => _kernel.Buffers[s]).Where(b => b is { Kind: BufferKind.InPlace, Shape.Length: 0 }).Select(b => b.Name)];
        var dialect = new ThreadDialect(loop => LoopHead(int.Parse(loop.Bound, System.Globalization.CultureInfo.InvariantCulture), lanes, inFours),
            parts => Expr.Call("Rows.Sum", Expr.Name("partials"), Expr.Name("row"), Expr.Name("lane"), Expr.Of(lanes), parts), mayStore)
        {
            InFours = inFours,
            InPlace = target => target.Single.AsElement is { } element && replaced.Contains(element.View.Identifier),
        };
        var code = new RowCode(memory, dialect, stage.RowAxis, [.. stage.Stores.Concat(targets.Keys).Distinct()], n => targets.TryGetValue(n, out var parts) ? parts : memory.Target(n),
            (hint, size) =>
            {
                var kept = PlaceOwn(hint, rows, size, at);
                return Row(kept, inFours);
            }, _names.Copy());
        var row = code.Emit();

        foreach (var line in Formulas.Of([.. stage.Stores.Select(s => (_kernel.Buffers[s].Name, s)), .. stage.Sums.Select(s => (s.Destination.Name + "Part", s.Body))], n => _kernel.Buffers.TryGetValue(n, out var b) ? b.Name : null,
            n => _kernel.Accumulations.TryGetValue(n, out var a) ? new StoredPart(a.Buffer.Name, a.Rest) : null)) w.Line("// " + line);
        foreach (var s in stage.Sums) w.Line($"// {s.Destination.Name} += {(stage.RowAxis is null ? "" : "Σ_i ")}{s.Destination.Name}Part");
        w.Open("");
        foreach (var line in row.Once) w.Line(line);
        if (stage.RowAxis is null)
        {
            foreach (var name in new[] { "row", "i" }) if (row.Mentions(name)) w.Line($"const int {name} = 0;");
            if (row.Mentions("lane")) w.Line("int lane = thread;");
        }
        else
        {
            w.Line($"int row = {Quotient("thread", lanes)};");
            if (row.Mentions("lane")) w.Line($"int lane = {Remainder("thread", lanes)};");
            if (rows > atOnce)
            {
                w.Open($"for (int i0 = 0; i0 < {Numbers.Of(rows)}; i0 += {Numbers.Of(atOnce)})");
                if (waits) w.Line($"if (i0 + row >= {Numbers.Of(rows)}) break;");
                w.Line(mayStore is null ? "int i = i0 + row;" : $"int i = Math.Min(i0 + row, {Numbers.Of(rows - 1)});");
                if (mayStore is not null) w.Line($"bool live = i0 + row < {Numbers.Of(rows)};");
            }
            else
            {
                if (waits) w.Open($"if (row < {Numbers.Of(rows)})");
                w.Line(mayStore is null ? "int i = row;" : $"int i = Math.Min(row, {Numbers.Of(rows - 1)});");
                if (mayStore is not null) w.Line($"bool live = row < {Numbers.Of(rows)};");
            }
        }
        row.Write(w);
        if (stage.RowAxis is not null && (rows > atOnce || waits)) w.Close();
        w.Close();
        if (bodies.Count == 0) return;
        w.Line("Group.Barrier();");
        foreach (var (sum, body) in bodies) Add(sum, body, rows, stage.RowAxis is null, w);
    }

    /// <summary>Whether a stage stores rows where rows lie that it reads.</summary>
    private bool ReplacesRows(RowsStage stage) => stage.Stores.Any(s => _kernel.Buffers[s] is { Kind: BufferKind.InPlace, Shape.Length: > 0 });

    /// <summary>Whether a block's threads add up something together.</summary>
    private bool HasSums(RowsStage stage)
    {
        var seen = new HashSet<Node>();
        return stage.Sums.Count > 0 || stage.Stores.Any(s => Visit(s, true));

        bool Visit(Node n, bool root) => seen.Add(n) && (root || !_kernel.Buffers.ContainsKey(n)) && (n is Einsum { IsElementwise: false }
            || (_kernel.Accumulations.TryGetValue(n, out var sum) ? sum.Rest : n.Operands).Any(o => Visit(o, false)));
    }

    /// <summary>Row i of a tile, column by column or four by four.</summary>
    private static Address Row(BlockTile tile, bool inFours) => Address.View(Expr.Name(tile.Name), Expr.Name("i") * Expr.Of(inFours ? tile.Stride / 4 : tile.Stride));

    /// <summary>The number of row i.</summary>
    private static Address OfRow(string name) => Address.Number(Expr.Element(Expr.Name(name), Expr.Name("i")));

    private static Address First(string name) => Address.Number(Expr.Element(Expr.Name(name), Expr.Of(0)));

    /// <summary>A thread's columns: how often it goes round does not depend on the thread, where that can be, so that the assembler spells the loop out.</summary>
    private static string LoopHead(int columns, int lanes, bool inFours)
    {
        var units = inFours ? columns / 4 : columns;
        var (by, bound) = (Numbers.Of(lanes), Numbers.Of(units));
        return units > lanes && units % lanes == 0 ? $"for (int j = lane, j0 = 0; j0 < {bound}; j0 += {by}, j += {by})" : $"for (int j = lane; j < {bound}; j += {by})";
    }

    /// <summary>Whether everything that the rows read and write can be had by fours.</summary>
    private bool InFours(RowsStage stage)
    {
        var seen = new HashSet<Node>();
        return stage.Stores.Concat(stage.Sums.Select(s => s.Body)).All(Visit)
            && stage.Sums.All(s => s.Destination.Shape.Length == 0 || TileOf(s.Destination).InFours);

        bool Visit(Node n)
        {
            if (!seen.Add(n)) return true;
            if (n.Rank > 0 && n.Shape[n.Rank - 1] is var columns && (n.Rank > 1 || !columns.IsRows) && Size(columns) % 4 != 0) return false;
            if (_kernel.Buffers.TryGetValue(n, out var buffer) && buffer.Shape.Length > 0 && (buffer.Shape.Length > 1 || !buffer.Shape[0].IsRows) && !TileOf(buffer).InFours) return false;
            return n.Operands.All(Visit);
        }
    }

    /// <summary>Adds up over the rows what each of them gave.</summary>
    private void Add(RowSum sum, string body, int rows, bool oneRow, CodeWriter w)
    {
        var to = sum.Destination.Name;
        if (!sum.Access.IsVector())
        {
            w.Open("if (thread == 0)");
            w.Line($"float sum = {to}[0];");
            w.Line($"for (int i = 0; i < {Numbers.Of(oneRow ? 1 : rows)}; i++) sum += {body}[i];");
            w.Line($"{to}[0] = sum;");
            w.Close();
            return;
        }
        var stride = _tiles[body].Stride;
        w.Open($"for (int j = thread; j < {Numbers.Of(Size(RowPlan.Columns(sum.Body)))}; j += {Numbers.Of(_threads)})");
        w.Line($"float sum = {to}[j];");
        w.Line($"for (int i = 0; i < {Numbers.Of(rows)}; i++) sum += {body}[i * {Numbers.Of(stride)} + j];");
        w.Line($"{to}[j] = sum;");
        w.Close();
    }

    private static int PowerOfTwoUpTo(int n)
    {
        var p = 1;
        while (2 * p <= n) p *= 2;
        return p;
    }

    /// <summary>The tiles of a block as the code of a row sees them.</summary>
    private sealed class BlockAddresses(BlockKernelEmitter emitter, bool inFours) : IAddressMap
    {
        public string Element => "float";

        public bool MaskIsImplied => false;

        public Expr Constant(double value) => Expr.Name(Numbers.OfSingle(value));

        public ColumnLoop Loop(Axis axis) => new(Numbers.Of(emitter.Size(axis)), true);

        public bool IsInRegister(Node node) => false;

        public Input? Replaced(Node node) => emitter._kernel.Replaced(node);

        public bool IsStored(Node node) => emitter._kernel.Buffers.ContainsKey(node);

        public Address Row(Node node, Access access) => RowOf(access == Access.Transposed ? emitter._kernel.Transposed[node] : emitter._kernel.Buffers[node], access);

        private Address RowOf(TileBuffer buffer, Access access) => access.IsOfTile() ? BlockKernelEmitter.Row(emitter.TileOf(buffer), inFours) : Address.View(Expr.Name(buffer.Name));

        public Expr Scalar(Node node, Access access)
        {
            var buffer = emitter._kernel.Buffers[node];
            return IsByValue(buffer) ? Expr.Name(buffer.Name) : (buffer.Shape.Length == 0 ? First(buffer.Name) : OfRow(buffer.Name)).Single;
        }

        public Partial? Accumulated(Node node, Access access) => emitter._kernel.Accumulations.TryGetValue(node, out var a)
            ? new Partial(access.IsVector() ? RowOf(a.Buffer, access) : access == Access.PerRow ? OfRow(a.Buffer.Name) : First(a.Buffer.Name), a.Rest)
            : null;

        public Expr? Special(Node node, Func<Node, Expr> vector, Func<Node, Expr> swapped, Func<Address, Expr> load) => null;

        public Address Target(Node node)
        {
            var buffer = emitter._kernel.Buffers[node];
            return buffer.Shape.Length switch
            {
                0 => First(buffer.Name),
                1 => node.Shape[0].IsRows ? OfRow(buffer.Name) : Address.View(Expr.Name(buffer.Name)),
                _ => RowOf(buffer, Access.AlongRow),
            };
        }
    }
}
