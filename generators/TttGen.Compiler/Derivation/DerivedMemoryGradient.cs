using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>The programs of the outer gradient of a memory's scan.</summary>
/// <param name="Model">The inner model.</param>
/// <param name="MiniBatch">Of a whole mini-batch; null in the primal form.</param>
/// <param name="Gather">The gradient sum of rows that a mini-batch was read in parts of: the state alone.</param>
/// <param name="Step">Of rows from any place in a mini-batch; of one token in the primal form.</param>
/// <param name="Close">The end of a mini-batch that was read in parts.</param>
/// <param name="CloseBackward">Its gradient.</param>
/// <param name="Losses">The inner loss of each row, to be looked at.</param>
public sealed record DerivedMemoryGradient(
    InnerModel Model, InPlaceProgram? MiniBatch, InPlaceProgram Gather, InPlaceProgram Step, InPlaceProgram Close, InPlaceProgram CloseBackward, TensorProgram Losses)
{
    /// <summary>Derives the gradient of a memory.</summary>
    public static DerivedMemoryGradient Of(DerivedMemory memory)
    {
        var model = memory.Model;
        var isDual = memory.MiniBatch is not null;
        var gradient = new OuterGradient(model);
        var gather = isDual ? new DualForm(model).Forward("Gather", carried: true, closing: false, outputs: false) : new PrimalForm(model).Forward("Gather", outputs: false);
        return new(model,
            isDual ? gradient.MiniBatch() : null,
            new(gather, model.Weights.Where(w => w.Fast).ToDictionary(f => f.Name + "SumNext", f => f.Name + "Sum")),
            isDual ? gradient.Step() : gradient.Token(),
            gradient.Close(), gradient.CloseBackward(), InnerLoss.Of(model));
    }
}
