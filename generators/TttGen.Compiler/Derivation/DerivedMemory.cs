using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>The programs of a memory's scan, derived once for every backend and every use.</summary>
/// <param name="Model">The inner model.</param>
/// <param name="Optimiser">How it moves; null: by gradient descent with rate and token rate.</param>
/// <param name="PrimalReason">Why it runs token by token: the weight and its use; empty in the dual form.</param>
/// <param name="Programs">In the order in which they are emitted.</param>
public sealed record DerivedMemory(InnerModel Model, InnerOptimiser? Optimiser, string PrimalReason, IReadOnlyList<TensorProgram> Programs)
{
    /// <summary>Whether a mini-batch's rows are read at once.</summary>
    public bool IsDual => PrimalReason.Length == 0;

    /// <summary>Derives the programs of an inner model.</summary>
    public static DerivedMemory Of(InnerModel model, InnerOptimiser? optimiser = null)
    {
        var isDual = DualForm.Covers(model, out var reason);
        return new(model, optimiser, reason, optimiser is null ? OfDescent(model, isDual) : OfOptimiser(new OptimisedForm(model, optimiser), isDual));
    }

    private static TensorProgram[] OfDescent(InnerModel model, bool isDual)
    {
        var form = new DualForm(model);
        return isDual
            ? [form.Forward(ProgramKind.MiniBatch, carried: false, closing: true), form.Forward(ProgramKind.Step, carried: true, closing: false), Closing(model)]
            : [new PrimalForm(model).Forward(ProgramKind.Token), Closing(model)];
    }

    private static TensorProgram[] OfOptimiser(OptimisedForm form, bool isDual) => [isDual ? form.Forward(ProgramKind.Step) : form.Token(ProgramKind.Step), form.Coefficients()];

    /// <summary>What a mini-batch leaves: W − tok(K − 1) G, and no gradients.</summary>
    private static TensorProgram Closing(InnerModel model)
    {
        var g = new Graph();
        var last = g.Input(Argument.LastTokenRate);
        var results = new List<ProgramOutput>();
        foreach (var f in model.Fast)
        {
            var (weight, total) = (Argument.Of(f), Argument.SumOf(f));
            var sum = g.Input(total, f.Shape);
            results.Add(new(weight.Next, g.Sub(g.Input(weight, f.Shape), g.Mul(last, sum)), weight));
            results.Add(new(total.Next, g.Zero(f.Shape), total));
        }
        return TensorProgram.Of(ProgramKind.Close, "The end of a mini-batch that was read in parts: its gradient sum becomes the next one's weights.", g, results);
    }
}
