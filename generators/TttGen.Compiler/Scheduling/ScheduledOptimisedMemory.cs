using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>The kernels of the scan of a memory that an optimiser moves, scheduled once for every backend and every use.</summary>
/// <param name="Memory">What is scheduled.</param>
/// <param name="Step">Rows of a mini-batch from any place in it; one token where it runs token by token.</param>
/// <param name="Coefficients">One token's coefficients from its inputs.</param>
public sealed record ScheduledOptimisedMemory(DerivedOptimisedMemory Memory, TileKernel Step, TileKernel Coefficients)
{
    private static readonly string[] Rows = ["key", "value", "query", "output"];

    /// <summary>Schedules the programs.</summary>
    public static ScheduledOptimisedMemory Of(DerivedOptimisedMemory memory) => new(memory,
        TileScheduler.Schedule(memory.Step, InPlace(memory), memory.IsDual ? Rows : []),
        TileScheduler.Schedule(memory.Coefficients, new Dictionary<string, string>(), []));

    /// <summary>Parts after the rows lie where those before them lay.</summary>
    internal static Dictionary<string, string> InPlace(DerivedOptimisedMemory memory)
    {
        var form = new OptimisedForm(memory.Model, memory.Optimiser);
        return memory.Model.Weights.Where(w => w.Fast).SelectMany(w => memory.Optimiser.Parts.Select((_, q) => form.Part(w.Name, q))).ToDictionary(p => p + "Next", p => p);
    }
}
