using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>The programs of a memory's scan, derived once for every backend and every use.</summary>
/// <param name="Model">The inner model.</param>
/// <param name="PrimalReason">Why it runs token by token: the weight and its use; empty in the dual form.</param>
/// <param name="MiniBatch">A whole mini-batch in the dual form; null in the primal form.</param>
/// <param name="Step">Rows of a mini-batch from any place in it; one token in the primal form.</param>
/// <param name="Close">What a mini-batch leaves that was read in parts.</param>
public sealed record DerivedMemory(InnerModel Model, string PrimalReason, TensorProgram? MiniBatch, TensorProgram Step, TensorProgram Close)
{
    /// <summary>Derives the programs of an inner model.</summary>
    public static DerivedMemory Of(InnerModel model)
    {
        var isDual = DualForm.Covers(model, out var reason);
        var form = new DualForm(model);
        return new(model, reason,
            isDual ? form.Forward("MiniBatch", carried: false, closing: true) : null,
            isDual ? form.Forward("Step", carried: true, closing: false) : new PrimalForm(model).Forward("Token"),
            Closing(model));
    }

    /// <summary>What a mini-batch leaves: W − tok(K − 1) G, and no gradients.</summary>
    private static TensorProgram Closing(InnerModel model)
    {
        var g = new Graph();
        var last = g.Input("tokLast");
        var results = new List<(string, Node)>();
        foreach (var f in model.Weights.Where(w => w.Fast))
        {
            var sum = g.Input(f.Name + "Sum", f.Shape);
            results.Add((f.Name + "Next", g.Sub(g.Input(f.Name, f.Shape), g.Mul(last, sum))));
            results.Add((f.Name + "SumNext", g.Zero(f.Shape)));
        }
        return TensorProgram.Of("Close", "The end of a mini-batch that was read in parts: its gradient sum becomes the next one's weights.", g, results);
    }
}
