using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>The programs of the scan of a memory that an optimiser moves, derived once for every backend and every use.</summary>
/// <param name="Model">The inner model.</param>
/// <param name="Optimiser">How it moves.</param>
/// <param name="PrimalReason">Why it runs token by token: the weight and its use; empty where a mini-batch's rows are read at once.</param>
/// <param name="Step">Rows of a mini-batch from any place in it; one token where it runs token by token.</param>
/// <param name="Coefficients">One token's coefficients from its inputs.</param>
public sealed record DerivedOptimisedMemory(InnerModel Model, InnerOptimiser Optimiser, string PrimalReason, TensorProgram Step, TensorProgram Coefficients)
{
    /// <summary>Whether a mini-batch's rows are read at once.</summary>
    public bool IsDual => PrimalReason.Length == 0;

    /// <summary>Derives the programs.</summary>
    public static DerivedOptimisedMemory Of(InnerModel model, InnerOptimiser optimiser)
    {
        var isDual = DualForm.Covers(model, out var reason);
        var form = new OptimisedForm(model, optimiser);
        return new(model, optimiser, reason, isDual ? form.Forward("Step") : form.Token("Step"), form.Coefficients());
    }
}

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
