using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Tests;

namespace TttGen.Generators.Tests.Derived;

/// <summary>A recurrence over one sequence and its gradient in float64, as it is derived and by its levels: what is shared is made first, gradients of it are added up.</summary>
/// <param name="recur">The scan.</param>
/// <param name="tokens">Tokens of the sequence.</param>
/// <param name="operand">The numbers of an operand.</param>
/// <param name="parameter">Those of a parameter: [channels], or [places, channels].</param>
internal sealed class RecurrenceOracle(Recur recur, int tokens, Func<Node, double[]> operand, Func<StepInput, double[]> parameter)
{
    private readonly Recurrence _recurrence = recur.Recurrence;
    private readonly DerivedRecurrence _derived = DerivedRecurrence.Of(recur.Recurrence);
    private readonly int _channels = recur.Recurrence.Channels.Size;

    /// <summary>Gradients, by an input's name: of rows and of parameters.</summary>
    public Dictionary<string, double[]>? Gradients { get; private set; }

    public double[] Answers()
    {
        var answers = new double[tokens * _channels];
        foreach (var (t, _, run) in Steps(States()))
            for (var c = 0; c < _channels; c++) answers[t * _channels + c] += run.Of(_derived.Answer)[c];
        return answers;
    }

    /// <summary>The gradient by every input, from that of the answers.</summary>
    public Dictionary<string, double[]> Differentiate(double[] dAnswers)
    {
        if (Gradients is not null) return Gradients;
        var g = _recurrence.Graph;
        var states = States();
        Node[] dNext = [.. _recurrence.Parts.Select(p => g.Input(Argument.Cotangent(p.Name) + "Next", _recurrence.Channels))];
        var dAnswer = g.Input("dAnswers", _recurrence.Channels);
        Node[] wrt = [.. _recurrence.Parts, .. _recurrence.Inputs.Where(i => i.Kind != StepInputKind.Number).Select(_recurrence.NodeOf)];
        var gradients = _derived.ElementGradient(dNext, dAnswer, wrt);
        Gradients = _recurrence.Inputs.Where(i => i.Kind != StepInputKind.Number).ToDictionary(i => i.Name, i => new double[i.Kind switch
        {
            StepInputKind.ChannelRows => tokens * _channels,
            StepInputKind.PlaceRows => tokens * _recurrence.Places,
            StepInputKind.ChannelWeight => _channels,
            _ => _recurrence.Places * _channels,
        }]);
        for (var place = 0; place < _recurrence.Places; place++)
        {
            double[][] after = [.. _recurrence.Parts.Select(_ => new double[_channels])];
            for (var t = tokens - 1; t >= 0; t--)
            {
                var inputs = Inputs(t, place, states[place][t]);
                for (var k = 0; k < after.Length; k++) inputs[((Input)dNext[k]).Name] = after[k];
                inputs["dAnswers"] = dAnswers[(t * _channels)..((t + 1) * _channels)];
                var run = new Interpreter(1, inputs);
                var found = gradients.Select(run.Of).ToArray();
                after = [.. found.Take(after.Length)];
                foreach (var (input, own) in _recurrence.Inputs.Where(i => i.Kind != StepInputKind.Number).Zip(found.Skip(after.Length)))
                {
                    var (to, first) = (Gradients[input.Name], First(input.Kind, t, place));
                    for (var i = 0; i < own.Length; i++) to[first + i] += own[i];
                }
            }
        }
        return Gradients;
    }

    /// <summary>The parts before each token of each place.</summary>
    private List<double[][]>[] States()
    {
        var states = Enumerable.Range(0, _recurrence.Places).Select(_ => new List<double[][]> { _recurrence.Parts.Select(_ => new double[_channels]).ToArray() }).ToArray();
        for (var place = 0; place < states.Length; place++)
            for (var t = 0; t < tokens; t++)
            {
                var run = new Interpreter(1, Inputs(t, place, states[place][t]));
                states[place].Add([.. _derived.Next.Select(run.Of)]);
            }
        return states;
    }

    private IEnumerable<(int Token, int Place, Interpreter Run)> Steps(List<double[][]>[] states)
    {
        for (var place = 0; place < states.Length; place++)
            for (var t = 0; t < tokens; t++) yield return (t, place, new Interpreter(1, Inputs(t, place, states[place][t])));
    }

    private Dictionary<string, double[]> Inputs(int t, int place, double[][] state)
    {
        var inputs = _recurrence.Parts.Zip(state).ToDictionary(p => p.First.Name, p => p.Second);
        foreach (var i in _recurrence.Inputs)
        {
            var all = i.Parameter is null ? operand(recur.Operands[i.Operand]) : parameter(i);
            var first = First(i.Kind, t, place);
            inputs[i.Name] = all[first..(first + (i.Kind is StepInputKind.PlaceRows or StepInputKind.Number ? 1 : _channels))];
        }
        return inputs;
    }

    private int First(StepInputKind kind, int t, int place) => kind switch
    {
        StepInputKind.ChannelRows => t * _channels,
        StepInputKind.PlaceRows => t * _recurrence.Places + place,
        StepInputKind.PlaceWeight => place * _channels,
        _ => 0,
    };
}
