using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>The programs of the outer gradient of a scan that an optimiser moves.</summary>
/// <param name="Memory">The scan.</param>
/// <param name="Gather">The parts after rows: the state alone.</param>
/// <param name="Step">Of rows from any place in a mini-batch.</param>
/// <param name="Coefficients">Of a token's coefficients by its inputs.</param>
/// <param name="Losses">The inner loss of each row, to be looked at.</param>
public sealed record DerivedOptimisedGradient(DerivedOptimisedMemory Memory, TensorProgram Gather, InPlaceProgram Step, TensorProgram Coefficients, TensorProgram Losses)
{
    /// <summary>Derives the gradient.</summary>
    public static DerivedOptimisedGradient Of(DerivedOptimisedMemory memory)
    {
        var form = new OptimisedForm(memory.Model, memory.Optimiser);
        var gather = memory.IsDual ? form.Forward("Gather", outputs: false) : form.Token("Gather", outputs: false);
        return new(memory, gather, form.Backward(memory.IsDual ? form.Forward("Step") : form.Token("Step"), memory.IsDual ? Axis.Rows : null), form.CoefficientsBackward(), InnerLoss.Of(memory.Model));
    }
}
