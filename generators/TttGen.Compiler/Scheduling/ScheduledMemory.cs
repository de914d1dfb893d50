using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>The programs of a memory's scan, derived and scheduled: once, for every backend and every use of it.</summary>
/// <param name="Model">The inner model.</param>
/// <param name="PrimalReason">Why it runs token by token: the weight and its use; empty in the dual form.</param>
/// <param name="MiniBatch">A whole mini-batch in the dual form; null in the primal form.</param>
/// <param name="Step">Rows of a mini-batch from any place in it; one token in the primal form.</param>
/// <param name="Close">What a mini-batch leaves that was read in parts.</param>
public sealed record ScheduledMemory(InnerModel Model, string PrimalReason, TileKernel? MiniBatch, TileKernel Step, TileKernel Close)
{
    private static readonly string[] Rows = ["key", "value", "query", "output"];

    /// <summary>Whether whole mini-batches are read at once.</summary>
    public bool IsDual => MiniBatch is not null;

    /// <summary>All of them, in the order in which they are emitted.</summary>
    public IReadOnlyList<TileKernel> Kernels => MiniBatch is null ? [Step, Close] : [MiniBatch, Step, Close];

    /// <summary>Derives and schedules the programs of an inner model.</summary>
    public static ScheduledMemory Of(InnerModel model)
    {
        var isDual = DualForm.Covers(model, out var reason);
        var form = new DualForm(model);
        return new(model, reason,
            isDual ? Schedule(model, form.Forward("MiniBatch", carried: false, closing: true), "Next", "") : null,
            Schedule(model, isDual ? form.Forward("Step", carried: true, closing: false) : new PrimalForm(model).Forward("Token"), "SumNext", "Sum"),
            Schedule(model, Closing(model), "Next", ""));
    }

    private static TileKernel Schedule(InnerModel model, TensorProgram program, string suffix, string state)
    {
        var inPlace = new Dictionary<string, string>();
        foreach (var f in model.Weights.Where(w => w.Fast))
        {
            inPlace[f.Name + suffix] = f.Name + state;
            if (suffix == "Next") inPlace[f.Name + "SumNext"] = f.Name + "Sum";
        }
        var rows = program.Inputs.Any(i => i.Rank == 2 && Rows.Contains(i.Name)) || program.Outputs.Any(o => o.Value.Rank == 2 && Rows.Contains(o.Name));
        return TileScheduler.Schedule(program, inPlace, rows ? Rows : []);
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
