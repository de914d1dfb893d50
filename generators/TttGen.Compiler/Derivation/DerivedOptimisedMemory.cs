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
