using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>The kernels of a memory's scan, scheduled once for every backend and every use.</summary>
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

    /// <summary>Schedules the programs of a memory.</summary>
    public static ScheduledMemory Of(DerivedMemory memory) => new(memory.Model, memory.PrimalReason,
        memory.MiniBatch is { } whole ? Schedule(memory.Model, whole, "Next", "") : null,
        Schedule(memory.Model, memory.Step, "SumNext", "Sum"),
        Schedule(memory.Model, memory.Close, "Next", ""));

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
}
