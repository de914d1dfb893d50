using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <content>A kernel's method, and where it finds its values.</content>
internal sealed partial class RecurrenceEmitter
{
    /// <summary>One kernel's method: rows of code, some of them for each place, and the pointers that they mention.</summary>
    private sealed class Body : IAddressMap
    {
        private readonly RecurrenceEmitter _emitter;
        private readonly Recurrence _recurrence;
        private readonly NameTable _names;
        private readonly Dictionary<Node, Func<Address>> _rows = [];
        private readonly Dictionary<Node, Func<Expr>> _numbers = [];
        private readonly List<(string Name, string Value)> _pointers = [], _placePointers = [];
        private CodeWriter _code = new();
        private readonly HashSet<Node> _made;

        public Body(RecurrenceEmitter emitter)
        {
            (_emitter, _recurrence) = (emitter, emitter._recurrence);
            _names = new(["block", "token", "state", "next", "columns", "place", "dNext", "dState", "answers"]);
            _made = [.. emitter._derived.Kept.Where(k => k.IsMade).Select(k => k.Node)];
            foreach (var i in _recurrence.Inputs)
            {
                var node = _recurrence.NodeOf(i);
                switch (i.Kind)
                {
                    case StepInputKind.ChannelRows: _rows[node] = () => Address.Pointer(TokenRows(i.Name)); break;
                    case StepInputKind.PlaceRows: _numbers[node] = () => Expr.Element(Expr.Name(Pointer(i.Name, $"{Field(i.Name)}.Start + token * {Field(i.Name)}.Stride", false)), Expr.Name("place")); break;
                    case StepInputKind.ChannelWeight: _rows[node] = () => Address.Pointer(Pointer(i.Name, $"{Field(i.Name)} + block.Channel", false)); break;
                    case StepInputKind.PlaceWeight: _rows[node] = () => Address.Pointer(Pointer(i.Name, $"{Field(i.Name)} + place * {Numbers.Of(_recurrence.Channels.Size)} + block.Channel", true)); break;
                    default: _numbers[node] = () => Expr.Name(Field(i.Name)); break;
                }
            }
            for (var k = 0; k < _recurrence.Parts.Count; k++) StateInput(_recurrence.Parts[k], "state", k);
            foreach (var kept in emitter._derived.Kept)
            {
                if (kept.IsMade) _rows[kept.Node] = () => Value(kept);
                if (emitter._gradients) _rows[kept.Gradient] = () => Gradient(kept);
            }
        }

        /// <summary>A node that is a row of a token.</summary>
        public void TokenInput(Node node, string rows) => _rows[node] = () => Address.Pointer(TokenRows(rows));

        /// <summary>A node that is a part in a state.</summary>
        public void StateInput(Input node, string state, int part) => _rows[node] = () => State(state, part);

        /// <summary>The block's columns of a token's row.</summary>
        public string TokenRows(string name) => Pointer(name, $"{Field(name)}.Start + token * {Field(name)}.Stride + block.Channel", false);

        /// <summary>A part's row in a state.</summary>
        public Address State(string state, int part)
        {
            var first = (long)part * _recurrence.Places;
            return Address.Pointer(Pointer(state + Names.Capital(_recurrence.Parts[part].Name), $"{state} + {(first == 0 ? "place" : $"({Numbers.Of(first)} + place)")} * Block", true));
        }

        /// <summary>Where a value is kept.</summary>
        public Address Value(KeptValue kept) => Kept(kept, gradient: false);

        /// <summary>Where its gradient is added up.</summary>
        public Address Gradient(KeptValue kept) => Kept(kept, gradient: true);

        /// <summary>Where a parameter's gradient is added up.</summary>
        public Address WeightGradient(StepInput input)
        {
            var name = Argument.Cotangent(input.Name);
            return input.Kind == StepInputKind.PlaceWeight
                ? Address.Pointer(Pointer(name, $"{Field(name)} + place * {Numbers.Of(_recurrence.Channels.Size)} + block.Channel", true))
                : Address.Pointer(Pointer(name, $"{Field(name)} + block.Channel", false));
        }

        /// <summary>Where the block's part of the gradient by a token's places lies.</summary>
        public string PlaceGradient(StepInput input)
        {
            var name = Argument.Cotangent(input.Name);
            return Pointer(name, $"{Field(name)}.Start + token * {Field(name)}.Stride + block.Channel / Block * {Numbers.Of(_recurrence.Places)}", false);
        }

        public SumTarget Sum(Node node, Address target) => new(node, Scheduling.Access.Shared, target);

        private Address Kept(KeptValue kept, bool gradient)
        {
            var ofToken = kept.Level == StepLevel.Token;
            var list = ofToken ? _emitter._values : _emitter._constants;
            var first = list.TakeWhile(k => k != kept).Sum(_emitter.RowsOf);
            var memory = $"block.{(ofToken ? "Value" : "Constant")}{(gradient ? "Gradients" : "s")}";
            var name = (ofToken ? "shared" : "constant") + Numbers.Of(list.IndexOf(kept));
            if (gradient) name = Argument.Cotangent(name);
            return kept.Level == StepLevel.Place
                ? Address.Pointer(Pointer(name, $"{memory} + {(first == 0 ? "place" : $"({Numbers.Of(first)} + place)")} * Block", true))
                : Address.Pointer(Pointer(name, $"{memory}{(first == 0 ? "" : $" + {Numbers.Of(first)} * Block")}", false));
        }

        private string Pointer(string name, string value, bool ofPlace)
        {
            var local = name + "At";
            var list = ofPlace ? _placePointers : _pointers;
            if (list.All(p => p.Name != local)) list.Add((local, value));
            return local;
        }

        /// <summary>A line between rows.</summary>
        public void Line(string line) => _code.Line(line);

        /// <summary>Code over the block's columns.</summary>
        public void Rows(IReadOnlyList<(Node Node, Address Target)> stores, IReadOnlyList<SumTarget> sums)
        {
            if (stores.Count == 0 && sums.Count == 0) return;
            var targets = stores.ToDictionary(s => s.Node, s => s.Target);
            var row = new RowCode(this, new LanesDialect(Element), null, [.. targets.Keys], n => targets[n], (_, _) => throw new InvalidOperationException("a recurrence's columns are read once"), _names) { Sums = sums }.Emit();
            foreach (var line in row.Once) _code.Line(line);
            row.Write(_code);
        }

        /// <summary>Code for each place.</summary>
        public void InPlaces(Action rows)
        {
            var outer = _code;
            _code = new();
            rows();
            var inside = _code.ToString();
            _code = outer;
            if (inside.Length == 0) return;
            _code.Open($"for (int place = 0; place < {Numbers.Of(_recurrence.Places)}; place++)");
            foreach (var (name, value) in _placePointers) _code.Line($"T* {name} = {value};");
            foreach (var line in inside.TrimEnd('\n').Split('\n')) _code.Line(line);
            _code.Close();
            _placePointers.Clear();
        }

        /// <summary>The method.</summary>
        public void Write(CodeWriter w, string signature)
        {
            w.Line();
            if (_code.ToString().Length == 0)
            {
                w.Line($"public void {signature} {{ }}");
                return;
            }
            w.Open("public void " + signature);
            w.Line("int columns = block.Columns;");
            foreach (var (name, value) in _pointers) w.Line($"T* {name} = {value};");
            foreach (var line in _code.ToString().TrimEnd('\n').Split('\n')) w.Line(line);
            w.Close();
        }

        // ---- where values lie

        public string Element => "T";

        public bool MaskIsImplied => true;

        public Expr Constant(double value) => Expr.Name(TileKernelEmitter.Constant(value));

        public ColumnLoop Loop(Axis axis) => new("columns", _recurrence.Channels.Size % 16 == 0);

        public bool IsStored(Node node) => _made.Contains(node);

        public bool IsInRegister(Node node) => false;

        public Input? Replaced(Node node) => null;

        public Address Row(Node node, Scheduling.Access access) => _rows.TryGetValue(node, out var row) ? row() : throw new CompileException("TTT150", $"{node.Called} is not in memory");

        public Expr Scalar(Node node, Scheduling.Access access) => _numbers.TryGetValue(node, out var number) ? number() : throw new CompileException("TTT151", $"{node.Called} is not in memory");

        public Partial? Accumulated(Node node, Scheduling.Access access) => null;

        public Expr? Special(Node node, Func<Node, Expr> vector, Func<Node, Expr> swapped, Func<Address, Expr> load) => null;
    }
}
