using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>The kernels of the outer gradient of a memory's scan.</summary>
/// <param name="IsDual">Whether whole mini-batches are read at once.</param>
/// <param name="Kernels">In the order in which they are emitted.</param>
/// <param name="Inner">What of a mini-batch's inner gradient is kept; nothing in the primal form.</param>
/// <param name="Losses">The inner loss of each row.</param>
public sealed record ScheduledMemoryGradient(bool IsDual, IReadOnlyList<TileKernel> Kernels, IReadOnlyList<Input> Inner, TileKernel Losses)
{
    private static readonly string[] Strided = ["key", "value", "query", "dOutput", "dKey", "dValue", "dQuery"];

    /// <summary>Schedules the gradient of a memory.</summary>
    public static ScheduledMemoryGradient Of(DerivedMemoryGradient gradient)
    {
        var losses = TileScheduler.Schedule(gradient.Losses, new Dictionary<string, string>(), ["key", "value"]);
        TileKernel[] parts = [Schedule(gradient.Gather), Schedule(gradient.Step), Schedule(gradient.Close), Schedule(gradient.CloseBackward)];
        if (gradient.MiniBatch is not { } whole) return new(false, parts, [], losses);
        var shared = SharedGradient.Of(gradient.Model, whole, Strided);
        return new(true, [Schedule(new(shared.Inner, new Dictionary<string, string>())), Schedule(shared.Advance), Schedule(shared.Backward), .. parts], shared.Kept, losses);
    }

    private static TileKernel Schedule(InPlaceProgram p)
    {
        var rows = p.Program.Inputs.Select(i => (i.Name, i.Rank)).Concat(p.Program.Outputs.Select(o => (o.Name, o.Value.Rank))).Any(t => t.Rank == 2 && Strided.Contains(t.Name));
        return TileScheduler.Schedule(p.Program, p.InPlace, rows ? Strided : []);
    }
}
