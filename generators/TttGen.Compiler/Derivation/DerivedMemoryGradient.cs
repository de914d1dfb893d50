using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>The programs of the outer gradient of a memory's scan.</summary>
/// <param name="Memory">The scan.</param>
/// <param name="MiniBatch">Of a whole mini-batch in one step; null where <paramref name="Programs"/> read those, too.</param>
/// <param name="Programs">Of rows from any place in a mini-batch, in the order in which they are emitted.</param>
/// <param name="Losses">The inner loss of each row, to be looked at.</param>
public sealed record DerivedMemoryGradient(DerivedMemory Memory, TensorProgram? MiniBatch, IReadOnlyList<TensorProgram> Programs, TensorProgram Losses)
{
    /// <summary>Derives the gradient of a memory.</summary>
    public static DerivedMemoryGradient Of(DerivedMemory memory)
    {
        var losses = InnerLoss.Of(memory.Model);
        if (memory.Optimiser is { } optimiser) return new(memory, null, OfOptimiser(memory, new OptimisedForm(memory.Model, optimiser)), losses);
        var gradient = new ScanGradient(memory.Model);
        return new(memory, memory.IsDual ? gradient.MiniBatch() : null,
        [
            memory.IsDual ? new DualForm(memory.Model).Forward(ProgramKind.Gather, carried: true, closing: false, outputs: false) : new PrimalForm(memory.Model).Forward(ProgramKind.Gather, outputs: false),
            memory.IsDual ? gradient.Step() : gradient.Token(),
            gradient.Close(), gradient.CloseBackward(),
        ], losses);
    }

    private static TensorProgram[] OfOptimiser(DerivedMemory memory, OptimisedForm form) => memory.IsDual
        ? [form.Forward(ProgramKind.Gather, outputs: false), form.Backward(form.Forward(ProgramKind.Step), Axis.Rows), form.CoefficientsBackward()]
        : [form.Token(ProgramKind.Gather, outputs: false), form.Backward(form.Token(ProgramKind.Step), null), form.CoefficientsBackward()];
}
