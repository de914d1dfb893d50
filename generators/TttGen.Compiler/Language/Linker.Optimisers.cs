using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Language;

/// <content>Inner optimisers.</content>
public sealed partial class Linker
{
    /// <summary>An optimiser's step as coefficients.</summary>
    private InnerOptimiser Optimiser(SpecInstance spec, TypeRef type, int inputs)
    {
        var instance = Instance(type, "");
        var (program, outer, outerScope) = (instance.Program, _graph, _scope);
        if (program.Kind != SpecKind.InnerOptimiser) throw new CompileException("TTT125", $"{type} is no inner optimiser: a record with [InnerOptimiser] was expected", spec.Program.Name);
        var step = Method(program, "Step");
        if (step.Arguments.Count - 1 != inputs)
            throw new CompileException("TTT146", $"{spec.Program.Name}: Learn gives {program.Name} {inputs} inputs after the value, and its Step takes {step.Arguments.Count - 1} after the gradient; give as many", spec.Program.Name);
        if (program.Parameters.Count > 8 || inputs > 8)
            throw new CompileException("TTT148", $"{program.Name} keeps {program.Parameters.Count} numbers beside each weight and takes {inputs} of each token: at most 8 of either were expected", program.Name);
        var identifiers = new Identifiers(NameScope.Scan);
        (_graph, _scope) = (new Graph(), NameScope.Scan);
        try
        {
            Node[] parts = [.. program.Parameters.Select(p => _graph.Input(identifiers.Take(p.Name)))];
            var gradient = _graph.Input(identifiers.Take("gradient"));
            Node[] given = [.. step.Arguments.Skip(1).Select((a, k) => _graph.Input(InnerOptimiser.Input(identifiers.Take(a.Name), k)))];
            foreach (var (p, part) in program.Parameters.Zip(parts, (p, part) => (p, part))) instance.Parameters[p.Name] = new NodeValue(part);
            var after = Linear(step, [.. parts, gradient], [gradient, .. given]);
            var closed = program.Methods.FirstOrDefault(m => m.Name == "Close") is { } close ? Linear(close, parts, []) : null;
            var count = parts.Length;
            var (transition, closing) = (new Node[count, count], new double[count, count]);
            for (var q = 0; q < count; q++)
                for (var r = 0; r < count; r++)
                {
                    transition[q, r] = after[q][r];
                    closing[q, r] = closed is null ? q == r ? 1 : 0 : Number(closed[q][r]);
                }
            return new(Names.Short(program.Name), [.. parts.Select(p => Names.Capital(((Input)p).Name))], [.. given.Select(u => ((Input)u).Name)], _graph, transition, [.. after.Select(form => form[count])], closing);
        }
        finally
        {
            (_graph, _scope) = (outer, outerScope);
        }

        Node[][] Linear(SpecMethod method, Node[] variables, Node[] arguments)
        {
            if (Evaluate(instance, method, [.. arguments.Select(a => new NodeValue(a))]) is not PartsValue next || next.Parts.Count != program.Parameters.Count)
                throw new CompileException("TTT147", $"{program.Name}.{method.Name}: 'return new(…)' with a number for each of {string.Join(", ", program.Parameters.Select(p => p.Name))} was expected", program.Name);
            var form = new LinearForm(_graph, variables);
            return [.. next.Parts.Select((part, q) => form.Of(part, out var defect) is var coefficients && defect is null ? coefficients
                : throw new CompileException("TTT147", $"{program.Name}.{method.Name} is not linear in the parts and the gradient: of {program.Parameters[q].Name}, {defect}. "
                    + "What is not linear in them (a norm of the gradient, Adam's second moment) can't be compiled yet; make coefficients of the token's inputs alone", program.Name))];
        }

        double Number(Node coefficient) => coefficient switch
        {
            Zero => 0,
            Literal l => l.Value,
            Einsum { Factors.Count: 0 } constant => constant.Coefficient,
            _ => throw new CompileException("TTT147", $"{program.Name}.Close: constant coefficients were expected", program.Name),
        };
    }

    /// <summary>Parts whose names behind those of weights are all different.</summary>
    private static InnerOptimiser Apart(InnerOptimiser optimiser, IReadOnlyList<Weight> weights)
    {
        var names = weights.SelectMany(w => optimiser.Parts.Select(p => (w.Name + p).ToUpperInvariant())).ToList();
        return names.Distinct().Count() == names.Count ? optimiser : optimiser with { Parts = [.. optimiser.Parts.Select((p, q) => p + Numbers.Of(q))] };
    }
}
