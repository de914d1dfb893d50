using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>The kernels of the outer gradient of a scan that an optimiser moves.</summary>
/// <param name="Gather">The parts after rows: the state alone.</param>
/// <param name="Step">Of rows from any place in a mini-batch.</param>
/// <param name="Coefficients">Of a token's coefficients by its inputs.</param>
/// <param name="Losses">The inner loss of each row.</param>
public sealed record ScheduledOptimisedGradient(TileKernel Gather, TileKernel Step, TileKernel Coefficients, TileKernel Losses)
{
    private static readonly string[] Rows = ["key", "value", "query", "dOutput", "dKey", "dValue", "dQuery"];

    /// <summary>Schedules the gradient.</summary>
    public static ScheduledOptimisedGradient Of(DerivedOptimisedGradient gradient) => new(
        TileScheduler.Schedule(gradient.Gather, ScheduledOptimisedMemory.InPlace(gradient.Memory), gradient.Memory.IsDual ? Rows : []),
        TileScheduler.Schedule(gradient.Step.Program, gradient.Step.InPlace, gradient.Memory.IsDual ? Rows : []),
        TileScheduler.Schedule(gradient.Coefficients, new Dictionary<string, string>(), []),
        TileScheduler.Schedule(gradient.Losses, new Dictionary<string, string>(), Rows));
}
