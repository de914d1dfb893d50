using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>
/// The programs of a scan's outer gradient: <see cref="DualForm.Backward"/> of what the forward scan runs, with gradients where a backward scan
/// wants them. Gradients of tokens are set, those of slow weights and token rates added to; those of the state W and of its gradient sum WSum
/// come in by what the state became and go out by what it was.
/// </summary>
public sealed class ScanGradient(InnerModel model)
{
    /// <summary>What each token gives under gradient descent: its gradient is set.</summary>
    private static readonly Argument[] OfTokens = [Argument.Key, Argument.Value, Argument.Query, Argument.Rate];

    /// <summary>A whole mini-batch.</summary>
    public TensorProgram MiniBatch() =>
        Of(ProgramKind.MiniBatchBackward, new DualForm(model).Forward(ProgramKind.MiniBatch, carried: false, closing: true, lastOfRows: true), model.Width, Axis.Rows, OfTokens);

    /// <summary>Rows of one mini-batch from any place in it.</summary>
    public TensorProgram Step() => Of(ProgramKind.StepBackward, new DualForm(model).Forward(ProgramKind.Step, carried: true, closing: false), model.Width, Axis.Rows, OfTokens);

    /// <summary>One token in the primal form.</summary>
    public TensorProgram Token() => Of(ProgramKind.TokenBackward, new PrimalForm(model).Forward(ProgramKind.Token), model.Width, null, OfTokens);

    /// <summary>W − tok(K − 1) G, the end of a mini-batch that was read in parts.</summary>
    public TensorProgram Close()
    {
        var g = new Graph();
        var last = g.Input(Argument.LastTokenRate);
        return TensorProgram.Of(ProgramKind.Close, "The end of a mini-batch that was read in parts: the weights that the next one starts from.", g,
            [.. model.Fast.Select(f => new ProgramOutput(Argument.Of(f).Next, g.Sub(g.Input(Argument.Of(f), f.Shape), g.Mul(last, g.Input(Argument.SumOf(f), f.Shape))), Argument.Of(f)))]);
    }

    /// <summary>The gradient of <see cref="Close"/>.</summary>
    public TensorProgram CloseBackward()
    {
        var program = DualForm.Backward(ProgramKind.CloseBackward, Close());
        return TensorProgram.Of(program.Kind, program.Summary, program.Graph,
            [.. program.Outputs.Where(o => o.Value is not Input).Select(o => o.Argument.Kind == ArgumentKind.LastTokenRate ? Added(program.Graph, o) : o)]);
    }

    /// <summary>The gradient of a forward program, in the scan's terms.</summary>
    /// <param name="kind">What the program is for.</param>
    /// <param name="forward">What to differentiate.</param>
    /// <param name="width">The axis of keys, values and queries.</param>
    /// <param name="rows">The axis of its rows; null: one token.</param>
    /// <param name="ofTokens">What each token gives: its gradient is set, zero where the program does not depend on it.</param>
    internal static TensorProgram Of(ProgramKind kind, TensorProgram forward, Axis width, Axis? rows, IReadOnlyList<Argument> ofTokens)
    {
        var program = DualForm.Backward(kind, forward);
        var g = program.Graph;
        HashSet<Argument> state = [.. forward.Outputs.Where(o => o.Replaces is not null).Select(o => o.Replaces!.Gradient)];
        List<ProgramOutput> outputs = [.. program.Outputs.Select(Placed)];
        Axis[] own = rows is { } r ? [r] : [];
        foreach (var given in ofTokens)
            if (outputs.All(o => o.Argument != given.Gradient)) outputs.Add(new(given.Gradient, g.Zero(given.IsLayerRows ? [.. own, width] : own)));
        return TensorProgram.Of(kind, program.Summary, g, outputs);

        ProgramOutput Placed(ProgramOutput output) => output.Argument switch
        {
            var a when state.Contains(a) => output with { Replaces = a },
            { Kind: ArgumentKind.Weight or ArgumentKind.TokenRate } => Added(g, output),
            // one number for all rows
            { Kind: ArgumentKind.LastTokenRate } => Added(g, output with { Value = output.Value.Rank > 0 ? g.Sum(output.Value) : output.Value }),
            _ => output,
        };
    }

    /// <summary>A gradient that is added to what is there.</summary>
    private static ProgramOutput Added(Graph g, ProgramOutput gradient) =>
        new(gradient.Argument, g.AddOpened(g.Input(gradient.Argument, gradient.Value.Shape), gradient.Value), gradient.Argument);
}
