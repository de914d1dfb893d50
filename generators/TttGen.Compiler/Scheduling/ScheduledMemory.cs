using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>The kernels of a memory's scan, scheduled once for every backend and every use.</summary>
/// <param name="Memory">What is scheduled.</param>
/// <param name="Kernels">In the order in which they are emitted.</param>
public sealed record ScheduledMemory(DerivedMemory Memory, IReadOnlyList<TileKernel> Kernels)
{
    /// <summary>Whether a mini-batch's rows are read at once.</summary>
    public bool IsDual => Memory.IsDual;

    /// <summary>Rows of a mini-batch from any place in it; one token where it runs token by token.</summary>
    public TileKernel Step { get; } = Kernels.First(k => k.Program.Kind is ProgramKind.Step or ProgramKind.Token);

    /// <summary>The kernel of a program, where the scan has one.</summary>
    public TileKernel? Find(ProgramKind kind) => Kernels.FirstOrDefault(k => k.Program.Kind == kind);

    /// <summary>Schedules the programs of a memory.</summary>
    public static ScheduledMemory Of(DerivedMemory memory) => new(memory, [.. memory.Programs.Select(TileScheduler.Schedule)]);
}
