using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>The kernels of the outer gradient of a memory's scan.</summary>
/// <param name="Gradient">What is scheduled.</param>
/// <param name="Kernels">In the order in which they are emitted.</param>
/// <param name="Inner">What of a whole mini-batch's inner gradient is kept; nothing where whole mini-batches have no kernel of their own.</param>
/// <param name="Losses">The inner loss of each row.</param>
public sealed record ScheduledMemoryGradient(DerivedMemoryGradient Gradient, IReadOnlyList<TileKernel> Kernels, IReadOnlyList<Input> Inner, TileKernel Losses)
{
    /// <summary>Schedules the gradient of a memory.</summary>
    public static ScheduledMemoryGradient Of(DerivedMemoryGradient gradient)
    {
        var shared = gradient.MiniBatch is { } whole ? SharedGradient.Of(gradient.Memory.Model, whole) : null;
        TensorProgram[] ofWhole = shared is null ? [] : [shared.Inner, shared.Advance, shared.Backward];
        return new(gradient, [.. ofWhole.Concat(gradient.Programs).Select(TileScheduler.Schedule)], shared?.Kept ?? [], TileScheduler.Schedule(gradient.Losses));
    }

    /// <summary>The kernel of a program.</summary>
    public TileKernel Kernel(ProgramKind kind) => Kernels.Single(k => k.Program.Kind == kind);
}
