using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Language;

/// <summary>
/// Specs → one model: type parameters closed, sizes known, methods inlined, checkpoint keys spelt out. A stack becomes a segment of its own
/// that is compiled once and run for every layer.
/// </summary>
public sealed partial class Linker
{
    private readonly Dictionary<(string, int), SpecProgram> _programs = [];
    private readonly Dictionary<string, int> _sizes;
    private readonly SpecProgram _root;
    private readonly List<LinkedParameter> _parameters = [];
    private readonly Identifiers _names = new(NameScope.Rows);
    private readonly LinkedSettings _settings;
    private NameScope _scope = NameScope.Rows;
    private readonly List<LinkedMemory> _memories = [];
    private readonly List<LinkedSegment> _segments = [];
    private readonly Dictionary<string, string> _config = [];
    private readonly List<string> _configOrder = [];
    private Graph _graph = new() { SharesFactors = false };
    private readonly HashSet<Node> _left = [];
    private readonly HashSet<Value> _used = [];
    private Node? _stream;
    private int _layers = 1;

    private Linker(ModelSource source)
    {
        foreach (var text in source.Specs)
        {
            var program = SpecText.Read(text);
            _programs[(program.Name, program.TypeParameters.Count)] = program;
        }
        _root = SpecText.Read(source.Root);
        _settings = new(_names);
        _sizes = source.Dimensions.ToDictionary(d => d.Name, d => d.Size);
    }

    /// <summary>Links a model.</summary>
    /// <exception cref="CompileException">The model says something that can't be linked.</exception>
    public static LinkedModel Link(ModelSource source) => new Linker(source).Run(source.Name);

    private LinkedModel Run(string name)
    {
        var root = new SpecInstance(_root, new Dictionary<string, TypeRef>(), "");
        BindParameters(root, "", "");
        var apply = Method(_root, "Apply");
        if (Evaluate(root, apply, [new TokensValue()]) is not LogitsValue logits)
            throw new CompileException("TTT120", $"{name}.Apply: expected logits, as EmbedTokens.Logits(…) makes them, found something else");
        _segments.Add(new LinkedSegment(_segments.Count == 0 ? "Model" : "Exit", _graph, _stream, logits.Rows, 1, false));
        if (logits.Rows.Shape[1].Size != logits.Table.Inner)
            throw new CompileException("TTT121", $"{name}: the head takes rows of {logits.Table.Inner}, found {logits.Rows.Shape[1].Size}");
        var settings = _settings.All();
        _configOrder.RemoveAll(key => settings.Any(s => s.Key == key));
        SetConfig("model_type", "\"ttt\"");
        SetConfig("vocab_size", Numbers.Of(logits.Table.Columns));
        SetConfig("tie_word_embeddings", logits.Table.Key == "lm_head.weight" ? "false" : "true");
        CheckLookups(name, logits.Table);
        // a checkpoint whose frequencies are stretched is not one of a model that doesn't stretch them
        if (Reachable.From(_segments.Select(s => s.Result)).OfType<Rotate>().Any(r => r.Frequencies.Count == 1)) SetConfig("rope_scaling", "null");
        var learning = new HashSet<string>(Reachable.From(_segments.Select(s => s.Result)).OfType<Learn>().Select(l => l.Memory));
        return new LinkedModel(name, _segments, logits.Table, _parameters, settings, [.. _memories.Where(m => learning.Contains(m.Name))],
            [.. _configOrder.Select(k => new KeyValuePair<string, string>(k, _config[k]))], logits.Table.Columns, logits.Table.Inner)
        {
            Recurrences = [.. Reachable.From(_segments.Select(s => s.Result)).OfType<Recur>().Select(r => r.Recurrence)],
        };
    }

    /// <summary>Token ids are below the model's vocabulary: a table of fewer rows would be read past its end.</summary>
    private void CheckLookups(string name, LinkedParameter head)
    {
        foreach (var lookup in Reachable.From(_segments.Select(s => s.Result)).OfType<Lookup>())
            if (_parameters.First(p => p.Name == lookup.Table) is { } table && table.Columns < head.Columns)
                throw new CompileException("TTT138", $"{name}: {table.Name} has rows for {table.Columns} tokens, and tokens are ids below {head.Columns}, the vocabulary of the logits; give {table.Name} that vocabulary");
    }

    private void SetConfig(string key, string json)
    {
        if (_config.ContainsKey(key)) return;
        _config[key] = json;
        _configOrder.Add(key);
    }

    private static SpecMethod Method(SpecProgram program, string name) => program.Methods.FirstOrDefault(m => m.Name == name)
        ?? throw new CompileException("TTT122", $"{program.Name} has no method {name}");

    private int Size(TypeRef dimension) => _sizes.TryGetValue(dimension.Name, out var size)
        ? size
        : throw new CompileException("TTT123", $"{dimension} is no known dimension: a [Dim] struct was expected");

    private Axis AxisOf(TypeRef dimension) => new(dimension.Name.Substring(dimension.Name.LastIndexOf('.') + 1), Size(dimension));

    // ---- methods

    private Value Evaluate(SpecInstance spec, SpecMethod method, IReadOnlyList<Value> arguments)
    {
        var scope = method.Arguments.Zip(arguments, (a, v) => (a.Name, v)).ToDictionary(x => x.Name, x => x.v);
        foreach (var statement in method.Body)
        {
            var value = Statement(spec, statement, scope);
            if (value is NodeValue { Node: { Hint: null } node } && node is not (Input or Literal) && HintOf(method, statement) is { } hint) node.Hint = Identifiers.Safe(hint, _scope);
            scope[statement.Target] = value;
        }
        return Find(spec, method.Result, scope);
    }

    /// <summary>
    /// What emitted code may call a statement's value: the local that it is assigned to; <c>afterMlp</c> for x += Mlp.Apply(…), and a sub-spec's
    /// own name for what it answers.
    /// </summary>
    private static string? HintOf(SpecMethod method, SpecStatement statement)
    {
        if (statement.Op == "Add" && SubSpec(statement.Operands[1]) is { } part && statement.Operands[0].TrimEnd(Digits) == statement.Target.TrimEnd(Digits))
            return "after" + part;
        if (!IsTemporary(statement.Target)) return statement.Target;
        return IsApply(statement) ? Names.Lower(statement.Operands[0]) : null;

        string? SubSpec(string local) => method.Body.FirstOrDefault(s => s.Target == local && IsApply(s))?.Operands[0];
        static bool IsApply(SpecStatement s) => s.Op.StartsWith("Apply:", StringComparison.Ordinal);
    }

    private static readonly char[] Digits = [.. "0123456789"];

    private static bool IsTemporary(string name) => name.Length > 1 && name[0] == 't' && name.Skip(1).All(char.IsDigit);

    private static Value Find(SpecInstance spec, string name, Dictionary<string, Value> scope) =>
        scope.TryGetValue(name, out var value) || spec.Parameters.TryGetValue(name, out value)
            ? value
            : throw new CompileException("TTT126", $"{spec.Program.Name}: {name} is not known");

    private Value Statement(SpecInstance spec, SpecStatement s, Dictionary<string, Value> scope)
    {
        var values = s.Operands.Select(o => Find(spec, o, scope)).ToArray();
        if (s.Op.StartsWith("Call:", StringComparison.Ordinal)) return Evaluate(spec, Method(spec.Program, s.Op.Substring(5)), values);
        if (s.Op.StartsWith("Apply:", StringComparison.Ordinal) && values[0] is InstanceValue sub)
            return Evaluate(sub.Instance, Method(sub.Instance.Program, s.Op.Substring(6)), [.. values.Skip(1)]);
        var operation = s.Op.StartsWith("Apply:", StringComparison.Ordinal) ? s.Op.Substring(6) : s.Op;
        switch (operation, values.FirstOrDefault())
        {
            case ("Stack" or "Apply", StackValue stack):
                return new NodeValue(RunStack(stack, NodeOf(values[1])));
            case ("Lookup", TableValue table):
                return new NodeValue(_graph.Primitive(id => new Lookup(id, [Axis.Rows, table.Width], table.Parameter.Name)));
            case ("Logits", TableValue table):
                return new LogitsValue(NodeOf(values[1]), table.Parameter);
            case ("Learn", MemoryValue memory):
                return new NodeValue(Learn(spec, s, memory, [.. values.Skip(1).Select(NodeOf)], null));
            case ("LearnWith", MemoryValue memory):
                return new NodeValue(Learn(spec, s, memory, [.. values.Skip(1).Select(NodeOf)], Optimiser(spec, spec.Close(s.TypeArguments[2]), values.Length - 4)));
            case (SpecWords.New, _):
                return new PartsValue([.. values.Select(NodeOf)]);
            case ("RmsNorm", _) when s.Type.Name == "TttGen.HeadSeq":
                return new NodeValue(NormOfHeads(spec, NodeOf(values[0]), values[1], NodeOf(values[2])));
            case ("CausalConvolution", _):
                return new NodeValue(Convolution(NodeOf(values[0]), (TapsValue)values[1], NodeOf(values[2])));
            case ("RotatePairs" or "RotateHalves", _) when s.TypeArguments.Count == 0:
                return new NodeValue(_graph.Primitive(id => new Rotate(id, NodeOf(values[0]), [.. values.Skip(1).Select(NodeOf)], EvenFeature(spec, s), s.Op == "RotateHalves")));
            case ("RotatePairs", _):
                return new NodeValue(_graph.Primitive(id => new RotatePairs(id, NodeOf(values[0]), NodeOf(values[1]), EvenFeature(spec, s), Size(spec.Close(s.TypeArguments[0])))));
            case ("Attend", _):
                return new NodeValue(Attend(spec, s, [.. values.Select(NodeOf)]));
            case ("Scan", _):
                return new NodeValue(Scan(spec, s, values, NodeOf));
            case ("Shift", _):
                if (NodeOf(values[1]) is not Literal { Value: >= 1 } by) throw new CompileException("TTT127", $"{spec.Program.Name}: Shift takes a constant of at least 1");
                return new NodeValue(_graph.Shift(NodeOf(values[0]), (int)by.Value));
            case ("Heads", _):
                CheckHeads(spec, NodeOf(values[0]).Shape[1], spec.Close(s.Type).Arguments[0], spec.Close(s.Type).Arguments[1]);
                return values[0];
            case ("Join", _):
                var joined = AxisOf(spec.Close(s.Type).Arguments[0]);
                if (joined.Size != NodeOf(values[0]).Shape[1].Size)
                    throw new CompileException("TTT133", $"{spec.Program.Name}: Join<{joined}> makes rows of {joined.Size}, found heads of {NodeOf(values[0]).Shape[1].Size} columns in all; make {joined} heads times features");
                return values[0];
            case ("Harmonic", _):
                return new NodeValue(_graph.Harmonic(AxisOf(spec.Close(s.TypeArguments[0]))));
            case ("Size", _):
                return new NodeValue(_graph.Literal(Size(spec.Close(s.TypeArguments[0]))));
            case ("Literal", _):
                return new NodeValue(_graph.Literal(s.Literal));
            case ("Multiply", _) when values[1] is MatrixValue w:
                return new NodeValue(_graph.Einsum("na,ab->nb", NodeOf(values[0]), _graph.Input(w.Parameter.Name, w.Inputs, w.Outputs).Named(s.Operands[1])));
            default:
                return new NodeValue(Primitives.Apply(_graph, spec.Program.Name, operation, [.. values.Select(NodeOf)]));
        }

        Node NodeOf(Value v) => v is NodeValue n ? Here(spec, n.Node) : v is NamedValue p ? _graph.Input(p.Name, p.Shape) : v is SettingValue setting ? _graph.Setting(setting.Name) : throw new CompileException("TTT128", $"{spec.Program.Name}: {s.Op} takes tensors, found {v.GetType().Name}");
    }

    private void CheckHeads(SpecInstance spec, Axis width, TypeRef heads, TypeRef feature)
    {
        var (h, f) = (AxisOf(heads), AxisOf(feature));
        if (h.Size * f.Size != width.Size)
            throw new CompileException("TTT132", $"{spec.Program.Name}: {h} × {f} = {h.Size} × {f.Size} = {h.Size * f.Size} columns were expected, found {width} = {width.Size}; choose sizes that divide");
    }

    private int EvenFeature(SpecInstance spec, SpecStatement rotation)
    {
        var feature = AxisOf(spec.Close(rotation.Type).Arguments[1]);
        return feature.Size % 2 == 0
            ? feature.Size
            : throw new CompileException("TTT134", $"{spec.Program.Name}: {rotation.Op} turns pairs of columns: an even head size was expected, found {feature} = {feature.Size}");
    }

    /// <summary>x / √(mean x² + ε) ⊙ scale along each head.</summary>
    private Node NormOfHeads(SpecInstance spec, Node x, Value scale, Node epsilon)
    {
        if (scale is not NamedValue { Shape: [var feature] } weight)
            throw new CompileException("TTT167", $"{spec.Program.Name}: RmsNorm of heads takes a weight that all heads share as it is declared, a Vec among the parameters; found one that is computed");
        return _graph.RmsNormOfHeads(x, _graph.EachHead(weight.Name, feature.Size, x.Shape[1]), epsilon, feature.Size);
    }

    /// <summary>Attention over heads; the sizes of rows are known to be heads × features.</summary>
    private Node Attend(SpecInstance spec, SpecStatement s, IReadOnlyList<Node> operands)
    {
        var type = spec.Close(s.Type);
        var (heads, feature, groups) = (AxisOf(type.Arguments[0]), AxisOf(type.Arguments[1]), AxisOf(spec.Close(s.TypeArguments[0])));
        if (heads.Size % groups.Size != 0)
            throw new CompileException("TTT164", $"{spec.Program.Name}: Attend shares each key head among as many query heads: query heads that are a multiple of {groups} = {groups.Size} were expected, found {heads} = {heads.Size}; choose head counts that divide");
        // query, key, value; then perhaps sinks; then perhaps a window, and with it scale and cap
        var (hasSinks, count) = (operands.Count is 7, operands.Count is 7 ? 4 : 3);
        if (operands.Count > count && operands[count] is not Literal { Value: >= 1 })
            throw new CompileException("TTT165", $"{spec.Program.Name}: Attend takes a window of a constant number of tokens, at least 1 (a query sees itself); leave it out to see all of them");
        var window = operands.Count > count && operands[count] is Literal { Value: < int.MaxValue } tokens ? (int)tokens.Value : 0;
        Node[] sinks = hasSinks ? [_graph.Spread(operands[3], [Axis.Rows, operands[3].Shape[0]]).Named("sinks")] : [];
        return _graph.Primitive(id => new Attend(id, [.. operands.Take(3), .. sinks], feature.Size, window, Number(count + 1, "scale"), Number(count + 2, "cap")));

        // 0 stands for what is meant where nothing is said
        Node? Number(int operand, string what) => (operand < operands.Count ? operands[operand] : null) switch
        {
            null or Literal { Value: 0 } => null,
            Literal { Value: < 0 } when what == "cap" => throw Unlike(what),
            Literal or Setting => operands[operand],
            Einsum { Rank: 0, Factors.Count: 0 } constant => _graph.Literal(constant.Coefficient),
            _ => throw Unlike(what),
        };

        CompileException Unlike(string what) => new("TTT168", $"{spec.Program.Name}: Attend takes a {what} that is a constant{(what == "cap" ? " of 0 or more" : "")}, or a setting as config.json has it; compute it there, or scale the query");
    }

    private Node Convolution(Node x, TapsValue taps, Node bias)
    {
        var count = taps.Taps;
        var terms = new List<Node> { _graph.Einsum([(bias, "b")], "ab", x.Shape) };
        for (var t = 0; t < count; t++)
        {
            var by = count - 1 - t;
            var rows = by == 0 ? x : _graph.Shift(x, by);
            terms.Add(_graph.Einsum([(rows, "ab"), (_graph.Tap(taps.Parameter.Name, t, taps.Columns), "b")], "ab", x.Shape));
        }
        return _graph.Add([.. terms]);
    }

    private Node RunStack(StackValue stack, Node input)
    {
        if (!_used.Add(stack))
            throw new CompileException("TTT144", $"{_root.Name}: the stack '{stack.Key}' is applied twice; give each Apply a Stack of its own, or a deeper one");
        _segments.Add(new LinkedSegment(_segments.Count == 0 ? "Entry" : "Between", _graph, _stream, input, 1, false));
        if (_layers > 1) throw new CompileException("TTT130", "a stack inside a stack is not part of the language");
        _layers = stack.Depth;
        Enter(input.Shape);
        var block = Instance(stack.Block, "");
        BindParameters(block, Join(stack.Key, "{i}"), "");
        var result = Evaluate(block, Method(block.Program, "Apply"), [new NodeValue(_stream!)]);
        if (result is not NodeValue { Node.Rank: 2 }) throw new CompileException("TTT131", $"{block.Program.Name}.Apply: expected rows, found something else");
        _segments.Add(new LinkedSegment(Names.Short(block.Program.Name), _graph, _stream, ((NodeValue)result).Node, stack.Depth, true));
        _layers = 1;
        Enter(input.Shape);
        return _stream!;
    }

    /// <summary>A value in the graph at work. Of what was made before a stack, only rows of a table can be had again.</summary>
    private Node Here(SpecInstance spec, Node node) => node switch
    {
        _ when !_left.Contains(node) => node,
        Lookup l => _graph.Primitive(id => new Lookup(id, l.Shape, l.Table)),
        _ => throw new CompileException("TTT136", $"{spec.Program.Name}: {node.Hint ?? "a value"} is made before a Stack and read after it: only the Stack's own rows come through; read those, or looked-up rows, or make it part of the Stack's block"),
    };

    /// <summary>A fresh graph: only the stream crosses from one segment to the next.</summary>
    private void Enter(Axis[] shape)
    {
        _left.UnionWith(_graph.Nodes);
        _graph = new Graph { SharesFactors = false };
        _stream = _graph.Input("x", shape);
    }
}
