using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Language;

/// <content>Elementwise recurrences as layers use them.</content>
public sealed partial class Linker
{
    private readonly List<Recurrence> _recurrences = [];

    /// <summary>A scan: the record's step and reading over what the layer gives.</summary>
    private Node Scan(SpecInstance spec, SpecStatement s, IReadOnlyList<Value> given, Func<Value, Node> node)
    {
        var instance = Instance(spec.Close(s.TypeArguments[0]), "");
        var program = instance.Program;
        if (program.Kind != SpecKind.Recurrence) throw new CompileException("TTT125", $"{program.Name} is no recurrence: a record with [Recurrence] was expected", spec.Program.Name);
        var (step, read) = (Method(program, "Step"), Method(program, "Read"));
        SpecArgument[] arguments = [.. step.Arguments, .. read.Arguments];
        if (arguments.Length != given.Count)
            throw new CompileException("TTT170", $"{spec.Program.Name}: Scan gives {program.Name} {given.Count - 1} inputs, and its Step takes {step.Arguments.Count - 1} after the channel's own, its Read {read.Arguments.Count}; give as many", spec.Program.Name);
        if (program.Parameters.Count > 8 || given.Count > 16)
            throw new CompileException("TTT171", $"{program.Name} carries {program.Parameters.Count} numbers for each element and takes {given.Count} of each token: at most 8 and 16 were expected", program.Name);
        var channels = node(given[0]).Shape[1];
        var places = s.TypeArguments.Count > 1 ? AxisOf(spec.Close(s.TypeArguments[1])) : new Axis("", 1);
        var lanes = new Axis("Channels", channels.Size);
        var (outer, outerScope) = (_graph, _scope);
        var graph = new Graph();
        var identifiers = new Identifiers(NameScope.Recurrence);
        Input[] parts = [.. program.Parameters.Select(p => (Input)graph.Input(identifiers.Take(p.Name), lanes))];
        List<Node> rows = [], numbers = [], values = [];
        var inputs = new List<StepInput>();
        foreach (var (value, argument) in given.Zip(arguments, (v, a) => (v, a)))
        {
            if (value is NodeValue { Node: Literal constant })
            {
                values.Add(graph.Literal(constant.Value));
                continue;
            }
            var (kind, parameter) = KindOf(value);
            var name = identifiers.Take(argument.Name);
            var operand = -1;
            if (kind == StepInputKind.Number) numbers.Add(node(value));
            else if (parameter is null)
            {
                operand = rows.Count;
                rows.Add(node(value));
            }
            inputs.Add(new(name, kind, operand, parameter));
            values.Add(kind is StepInputKind.PlaceRows or StepInputKind.Number ? graph.Input(name) : graph.Input(name, lanes));
        }
        var numbered = rows.Count;
        for (var k = 0; k < inputs.Count; k++)
            if (inputs[k].Kind == StepInputKind.Number) inputs[k] = inputs[k] with { Operand = numbered++ };
        (_graph, _scope) = (graph, NameScope.Recurrence);
        try
        {
            foreach (var (p, part) in program.Parameters.Zip(parts, (p, part) => (p, part))) instance.Parameters[p.Name] = new NodeValue(part);
            if (Evaluate(instance, step, [.. values.Take(step.Arguments.Count).Select(v => new NodeValue(v))]) is not PartsValue next || next.Parts.Count != parts.Length)
                throw new CompileException("TTT147", $"{program.Name}.Step: 'return new(…)' with a number for each of {string.Join(", ", program.Parameters.Select(p => p.Name))} was expected", program.Name);
            Node[] after = [.. next.Parts.Select(n => graph.Spread(n, [lanes]))];
            foreach (var (p, n) in program.Parameters.Zip(after, (p, n) => (p, n))) instance.Parameters[p.Name] = new NodeValue(n);
            var answer = graph.Spread(((NodeValue)Evaluate(instance, read, [.. values.Skip(step.Arguments.Count).Select(v => new NodeValue(v))])).Node, [lanes]);
            var recurrence = new Recurrence(ClassName(Names.Short(program.Name)), lanes, places.Size, graph, parts, inputs, after, answer);
            _recurrences.Add(recurrence);
            return outer.Primitive(id => new Recur(id, rows, numbers, recurrence));
        }
        finally
        {
            (_graph, _scope) = (outer, outerScope);
        }

        (StepInputKind, string?) KindOf(Value value)
        {
            switch (value)
            {
                case TapsValue taps when taps.Columns.Size == channels.Size && taps.Taps == places.Size:
                    return (StepInputKind.PlaceWeight, taps.Parameter.Name);
                case NamedValue vector when vector.Shape[0].Size == channels.Size:
                    return (StepInputKind.ChannelWeight, vector.Name);
                case SettingValue:
                    return (StepInputKind.Number, null);
                case NodeValue { Node: { Rank: 2, Shape: [{ IsRows: true }, var columns] } }:
                    // a size that channels and places share is told by its name
                    if (columns.Size == channels.Size && (columns.Size != places.Size || columns == channels || columns != places)) return (StepInputKind.ChannelRows, null);
                    if (columns.Size == places.Size) return (StepInputKind.PlaceRows, null);
                    break;
            }
            throw new CompileException("TTT172", $"{spec.Program.Name}: Scan takes rows of {channels.Size} channels or of {places.Size} places, parameters of the record of those sizes, and numbers; found {Found(value)}; what is made of parameters belongs into the Step of {program.Name}", spec.Program.Name);
        }

        static string Found(Value value) => value switch
        {
            NodeValue n => $"[{string.Join(", ", n.Node.Shape)}], which is computed",
            TapsValue t => $"a matrix [{t.Columns}, {t.Taps}]",
            NamedValue v => $"a vector [{string.Join(", ", v.Shape)}]",
            _ => value.GetType().Name,
        };
    }

    /// <summary>A name for a class inside the model's record.</summary>
    private string ClassName(string name)
    {
        var free = name;
        for (var k = 2; _recurrences.Any(r => r.Name == free) || _memories.Any(m => m.Name == free) || IsTaken(free); k++) free = name + Numbers.Of(k);
        return free;

        bool IsTaken(string taken) => new[] { "Recurrence", "RecurrenceBackward" }.Any(suffix => taken + suffix == Names.Short(_root.Name) || _root.Parameters.Any(p => p.Name == taken + suffix) || _root.Methods.Any(m => m.Name == taken + suffix));
    }
}
