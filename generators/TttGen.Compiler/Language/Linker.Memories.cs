using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Language;

/// <content>Memories: inner models as layers use them.</content>
public sealed partial class Linker
{
    /// <summary>The scan of a memory, whose inner model is linked here.</summary>
    private Node Learn(SpecInstance spec, SpecStatement s, MemoryValue memory, Node[] operands, InnerOptimiser? optimiser)
    {
        if (!_used.Add(memory))
            throw new CompileException("TTT144", $"{spec.Program.Name}: the memory '{memory.Key}' learns twice, and a sequence carries one state of it; give each Learn a PerHead of its own", spec.Program.Name);
        var miniBatch = Size(spec.Close(s.TypeArguments[1]));
        var type = memory.Model;
        var inner = Instance(type, spec.Path);
        var outer = _graph;
        _graph = new Graph();
        var parameters = new List<LinkedParameter>();
        var weights = new List<Weight>();
        var identifiers = new Identifiers(NameScope.Scan);
        _scope = NameScope.Scan;
        try
        {
            Configure(inner);
            BindInner(inner, "", "");
            if (weights.All(w => !w.Fast))
                throw new CompileException("TTT139", $"{inner.Program.Name} has no weight that learns: without [Slow] on one of its parameters it is a memory, with it on all a layer", inner.Program.Name);
            var predict = Method(inner.Program, "Predict");
            var width = AxisOf(inner.Close(predict.Arguments[0].Type).Arguments[0]);
            var x = _graph.Input(InnerModel.XName, width);
            if (memory.Heads.Size * width.Size != operands[0].Shape[1].Size || operands.Skip(3).Take(optimiser?.Inputs.Count ?? 1).FirstOrDefault(rate => rate.Shape[1].Size != memory.Heads.Size) is not null)
                throw new CompileException("TTT135", $"{spec.Program.Name}: {memory.Heads.Size} heads of {width.Size} and as many rates were expected, found rows of {operands[0].Shape[1].Size} and {(operands.Length > 3 ? operands[3].Shape[1].Size : 0)} rates");
            var (key, value) = (_graph.Input(InnerModel.KeyName, width), _graph.Input(InnerModel.ValueName, width));
            var predicted = ((NodeValue)Evaluate(inner, predict, [new NodeValue(x)])).Node;
            var loss = ((NodeValue)Evaluate(inner, Method(inner.Program, "Loss"), [new NodeValue(key), new NodeValue(value)])).Node;
            var name = Names.Short(inner.Program.Name);
            for (var k = 2; _memories.Any(m => m.Name == name) || IsTaken(name); k++) name = Names.Short(inner.Program.Name) + k.ToString(System.Globalization.CultureInfo.InvariantCulture);
            _memories.Add(new LinkedMemory(name, new InnerModel(name, _graph, weights, predicted, loss, width), memory.Heads.Size, miniBatch, parameters, inner.Program.Name, optimiser is null ? null : Apart(optimiser, weights)));
        }
        finally
        {
            (_graph, _scope) = (outer, NameScope.Rows);
        }

        // classes inside the model's record
        bool IsTaken(string name) => new[] { "Scan", "ScanBackward", "Losses" }.Any(suffix => name + suffix == Names.Short(_root.Name) || _root.Parameters.Any(p => p.Name == name + suffix) || _root.Methods.Any(m => m.Name == name + suffix));

        void BindInner(SpecInstance part, string key, string path)
        {
            foreach (var p in part.Program.Parameters)
            {
                var closed = part.Close(p.Type);
                if (closed.Name is "double" or "System.Double")
                    throw new CompileException("TTT145", $"{part.Program.Name}.{p.Name}: a setting is a number of the layer, and a memory is compiled without it; make it a const, a [Slow, Shared] vector, or a factor of the rate that Learn gets", part.Program.Name);
                if (closed.Name is not ("TttGen.Vec" or "TttGen.Mat"))
                {
                    var sub = Instance(closed, "");
                    Configure(sub);
                    BindInner(sub, Join(key, p.Key), path + p.Name);
                    part.Parameters[p.Name] = new InstanceValue(sub);
                    continue;
                }
                Axis[] shape = [.. closed.Arguments.Select(AxisOf)];
                int[] stored = p.Shared ? [.. shape.Select(a => a.Size)] : [memory.Heads.Size, .. shape.Select(a => a.Size)];
                var name = identifiers.Take(path + p.Name);
                parameters.Add(Register(new(spec.Path + path + p.Name, Join(memory.Key, Join(key, p.Key)), Unit(stored, p.UnitAxis), ParameterForm.Inner, _layers,
                    shape.Aggregate(1, (n, a) => n * a.Size), p.Shared ? 1 : memory.Heads.Size)));
                weights.Add(new Weight(name, shape, !p.Slow));
                part.Parameters[p.Name] = new NodeValue(_graph.Input(name, shape));
            }
        }
        var linked = _memories[_memories.Count - 1];
        return _graph.Primitive(id => optimiser is null
            ? new Learn(id, operands[0].Shape, operands[0], operands[1], operands[2], [operands[3]], operands[4], ["Rate"], linked.Carry)
            : new Learn(id, operands[0].Shape, operands[0], operands[1], operands[2], [.. operands.Skip(3)], null, [.. optimiser.Inputs.Select(Names.Capital)], linked.Carry));
    }
}
