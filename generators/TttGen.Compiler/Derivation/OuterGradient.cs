using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>A program that adds to, or replaces, some of what it is given.</summary>
/// <param name="Program">The program.</param>
/// <param name="InPlace">Output → the input that it takes the place of.</param>
public sealed record InPlaceProgram(TensorProgram Program, IReadOnlyDictionary<string, string> InPlace);

/// <summary>
/// The programs of a scan's outer gradient: <see cref="DualForm.Backward"/> of what the forward scan runs, with gradients where a backward scan
/// wants them. Gradients of tokens are set, those of slow weights and token rates added to; those of the state W and of its gradient sum WSum
/// come in by what the state became and go out by what it was.
/// </summary>
public sealed class OuterGradient(InnerModel model)
{
    private readonly Weight[] _fast = [.. model.Weights.Where(w => w.Fast)];

    /// <summary>A whole mini-batch.</summary>
    public InPlaceProgram MiniBatch()
    {
        var forward = new DualForm(model).Forward("MiniBatch", carried: false, closing: true, lastOfRows: true);
        return Of("MiniBatchBackward", forward, model.Width, Axis.Rows, _fast.ToDictionary(w => w.Name + "Next", w => w.Name));
    }

    /// <summary>Rows of one mini-batch from any place in it.</summary>
    public InPlaceProgram Step() =>
        Of("StepBackward", new DualForm(model).Forward("Step", carried: true, closing: false), model.Width, Axis.Rows, _fast.ToDictionary(w => w.Name + "SumNext", w => w.Name + "Sum"));

    /// <summary>One token in the primal form.</summary>
    public InPlaceProgram Token() =>
        Of("TokenBackward", new PrimalForm(model).Forward("Token"), model.Width, null, _fast.ToDictionary(w => w.Name + "SumNext", w => w.Name + "Sum"));

    /// <summary>W − tok(K − 1) G, the end of a mini-batch that was read in parts.</summary>
    public InPlaceProgram Close()
    {
        var g = new Graph();
        var last = g.Input("tokLast");
        var results = _fast.Select(f => (f.Name + "Next", g.Sub(g.Input(f.Name, f.Shape), g.Mul(last, g.Input(f.Name + "Sum", f.Shape))))).ToArray();
        return new(TensorProgram.Of("Close", "The end of a mini-batch that was read in parts: the weights that the next one starts from.", g, results),
            _fast.ToDictionary(w => w.Name + "Next", w => w.Name));
    }

    /// <summary>The gradient of <see cref="Close"/>.</summary>
    public InPlaceProgram CloseBackward()
    {
        var program = DualForm.Backward("CloseBackward", Close().Program, name => Vjp.Cotangent(name.Substring(0, name.Length - "Next".Length)));
        var g = program.Graph;
        var outputs = program.Outputs.Where(o => o.Value is not Input).Select(o => o.Name == "dTokLast" ? (o.Name, g.AddOpened(g.Input(o.Name), o.Value)) : o);
        return new(TensorProgram.Of(program.Name, program.Summary, g, [.. outputs]), new Dictionary<string, string> { ["dTokLast"] = "dTokLast" });
    }

    /// <summary>The gradient of a forward program, in the scan's terms.</summary>
    /// <param name="name">The program's name.</param>
    /// <param name="forward">What to differentiate.</param>
    /// <param name="width">The axis of keys, values and queries.</param>
    /// <param name="rows">The axis of its rows; null: one token.</param>
    /// <param name="state">Output → the part of the state that it replaces.</param>
    /// <param name="set">Gradients that are set, beside those of tokens.</param>
    internal static InPlaceProgram Of(string name, TensorProgram forward, Axis width, Axis? rows, Dictionary<string, string> state, IReadOnlyCollection<string>? set = null)
    {
        var program = DualForm.Backward(name, forward, o => Vjp.Cotangent(state.TryGetValue(o, out var part) ? part : o));
        var g = program.Graph;
        var inPlace = state.Values.ToDictionary(Vjp.Cotangent, Vjp.Cotangent);
        var outputs = program.Outputs.Select(o => (o.Name, Value: Placed(o.Name, o.Value))).ToList();
        Axis[] own = rows is { } r ? [r] : [];
        foreach (var (given, shape) in new[] { ("key", own.Append(width)), ("value", own.Append(width)), ("query", own.Append(width)), ("lr", own) })
            if ((given != "lr" || set is null) && outputs.All(o => o.Name != Vjp.Cotangent(given))) outputs.Add((Vjp.Cotangent(given), g.Zero([.. shape])));
        return new(TensorProgram.Of(name, program.Summary, g, outputs), inPlace);

        Node Placed(string output, Node gradient)
        {
            if (output is "dKey" or "dValue" or "dQuery" or "dLr" || inPlace.ContainsKey(output) || set?.Contains(output) == true) return gradient;
            // one number for all rows
            if (output == "dTokLast") gradient = g.Sum(gradient);
            inPlace[output] = output;
            return g.AddOpened(g.Input(output, gradient.Shape), gradient);
        }
    }
}
