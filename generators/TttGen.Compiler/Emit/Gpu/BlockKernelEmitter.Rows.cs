using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit.Gpu;

/// <content>Rows: a group of threads works on each; what it adds up along the row, its threads hand each other through shared memory.</content>
internal sealed partial class BlockKernelEmitter
{
    private void Rows(RowsStage stage, CodeWriter w)
    {
        var rows = stage.RowAxis is { } axis ? Size(axis) : 1;
        var lanes = Math.Max(1, PowerOfTwoUpTo(_threads / rows));
        if (stage.RowAxis is not null) lanes = Math.Min(lanes, 32);
        var atOnce = _threads / lanes;
        var index = _kernel.Stages.ToList().IndexOf(stage);

        // what is summed over the rows is stored for each of them first
        var bodies = new List<(RowSum Sum, string Body)>();
        var targets = new Dictionary<Node, string>();
        foreach (var s in stage.Sums)
        {
            if (s.Body is Input || (_kernel.Buffers.ContainsKey(s.Body) && !stage.Stores.Contains(s.Body)))
            {
                bodies.Add((s, TileOf(s.Body).Name));
                continue;
            }
            var tile = Place(_names.Fresh(s.Destination.Name + "Parts"), Roles.IsVector(s.Role) ? rows : 1, Roles.IsVector(s.Role) ? Size(RowPlan.Columns(s.Body)) : rows, index, index);
            targets[s.Body] = Roles.IsVector(s.Role) ? $"{tile.Name}[i * {Numbers.Of(tile.Stride)} + $j]" : $"{tile.Name}[i]";
            bodies.Add((s, tile.Name));
        }

        var memory = new Memory(this);
        var text = new CodeWriter();
        var mayStore = rows % atOnce == 0 ? null : "live";
        var dialect = new ThreadDialect(
            loop => $"for (int j = lane; j < {loop.Bound}; j += {Numbers.Of(lanes)})",
            parts => $"Rows.Sum(partials, row, lane, {Numbers.Of(lanes)}, {parts})", mayStore)
        {
            InPlace = target => stage.Stores.Any(s => _kernel.Buffers[s] is { Kind: BufferKind.InPlace, Shape.Length: 0 } b && target.StartsWith(b.Name + "[", StringComparison.Ordinal)),
        };
        var code = new RowCode(memory, stage.RowAxis, [.. stage.Stores.Concat(targets.Keys).Distinct()], n => targets.TryGetValue(n, out var parts) ? parts : memory.Target(n),
            (hint, size) =>
            {
                var kept = Place(_names.Fresh(hint), rows, size, index, index);
                return $"{kept.Name}[i * {Numbers.Of(kept.Stride)} + $j]";
            }, _names.Copy())
        { Dialect = dialect };
        var once = code.Emit(text);

        foreach (var line in Formulas.Of([.. stage.Stores.Select(s => (_kernel.Buffers[s].Name, s)), .. stage.Sums.Select(s => (s.Destination.Name + "Part", s.Body))], n => _kernel.Buffers.TryGetValue(n, out var b) ? b.Name : null,
            n => _kernel.Accumulations.TryGetValue(n, out var a) ? new StoredPart(a.Buffer.Name, a.Rest) : null)) w.Line("// " + line);
        foreach (var s in stage.Sums) w.Line($"// {s.Destination.Name} += {(stage.RowAxis is null ? "" : "Σ_i ")}{s.Destination.Name}Part");
        w.Open("");
        foreach (var line in once) w.Line(line);
        if (stage.RowAxis is null)
        {
            foreach (var name in new[] { "row", "i" }) if (Mentions(text.ToString(), name)) w.Line($"const int {name} = 0;");
            if (Mentions(text.ToString(), "lane")) w.Line("int lane = thread;");
        }
        else
        {
            w.Line($"int row = thread / {Numbers.Of(lanes)};");
            if (Mentions(text.ToString(), "lane")) w.Line($"int lane = thread % {Numbers.Of(lanes)};");
            if (rows > atOnce)
            {
                w.Open($"for (int i0 = 0; i0 < {Numbers.Of(rows)}; i0 += {Numbers.Of(atOnce)})");
                w.Line(mayStore is null ? "int i = i0 + row;" : $"int i = Math.Min(i0 + row, {Numbers.Of(rows - 1)});");
                if (mayStore is not null) w.Line($"bool live = i0 + row < {Numbers.Of(rows)};");
            }
            else
            {
                w.Line(mayStore is null ? "int i = row;" : $"int i = Math.Min(row, {Numbers.Of(rows - 1)});");
                if (mayStore is not null) w.Line($"bool live = row < {Numbers.Of(rows)};");
            }
        }
        foreach (var line in text.ToString().TrimEnd('\n').Split('\n')) w.Line(line);
        if (stage.RowAxis is not null && rows > atOnce) w.Close();
        w.Close();
        if (bodies.Count == 0) return;
        w.Line("Group.Barrier();");
        foreach (var (sum, body) in bodies) Add(sum, body, rows, stage.RowAxis is null, w);
    }

    /// <summary>Adds up over the rows what each of them gave.</summary>
    private void Add(RowSum sum, string body, int rows, bool oneRow, CodeWriter w)
    {
        var to = sum.Destination.Name;
        if (!Roles.IsVector(sum.Role))
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

    private static bool Mentions(string text, string name) => System.Text.RegularExpressions.Regex.IsMatch(text, $@"\b{name}\b");

    private static int PowerOfTwoUpTo(int n)
    {
        var p = 1;
        while (2 * p <= n) p *= 2;
        return p;
    }

    /// <summary>The tiles of a block as the code of a row sees them.</summary>
    private sealed class Memory(BlockKernelEmitter emitter) : IRowMemory
    {
        public string Element => "float";

        public bool MaskFree => false;

        public string Constant(double value) => Numbers.OfSingle(value);

        public ColumnLoop Loop(Axis axis) => new(Numbers.Of(emitter.Size(axis)), Numbers.Of(emitter.Size(axis)), true);

        public bool IsGiven(Node node) => false;

        public bool IsStored(Node node) => emitter._kernel.Buffers.ContainsKey(node);

        public string Row(Node node, string role) => RowOf(role == "cr" ? emitter._kernel.Transposed[node] : emitter._kernel.Buffers[node], role);

        private string RowOf(TileBuffer buffer, string role) => role.Length < 2 ? $"{buffer.Name}[$j]" : $"{buffer.Name}[i * {Numbers.Of(emitter.TileOf(buffer).Stride)} + $j]";

        public string Scalar(Node node, string role)
        {
            var buffer = emitter._kernel.Buffers[node];
            return buffer.Shape.Length == 0 ? Number(buffer) : $"{buffer.Name}[i]";
        }

        public Partial? Accumulated(Node node, string role) => emitter._kernel.Accumulations.TryGetValue(node, out var a)
            ? new Partial(Roles.IsVector(role) ? RowOf(a.Buffer, role) : "", role == "r" ? $"{a.Buffer.Name}[i]" : $"{a.Buffer.Name}[0]", a.Rest)
            : null;

        public string? Special(Node node, Func<Node, string> vector, Func<Node, string> swapped, Func<string, string> load) => null;

        public string Target(Node node)
        {
            var buffer = emitter._kernel.Buffers[node];
            return buffer.Shape.Length switch
            {
                0 => $"{buffer.Name}[0]",
                1 => node.Shape[0].IsRows ? $"{buffer.Name}[i]" : $"{buffer.Name}[$j]",
                _ => RowOf(buffer, "rc"),
            };
        }
    }
}
