using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>What each token's inner loss is at given weights: what the inner loop makes smaller.</summary>
public static class InnerLoss
{
    /// <summary>ℓₛ(θ) of every row s, all at one θ.</summary>
    public static TensorProgram Of(InnerModel model)
    {
        var g = new Graph();
        var loss = new Lift(g, "");
        loss.Bind(model.Key, g.Input(Argument.Key, Axis.Rows, model.Width), true);
        loss.Bind(model.Value, g.Input(Argument.Value, Axis.Rows, model.Width), true);
        foreach (var w in model.Weights) loss.Bind(model.Of(w), g.Input(Argument.Of(w), w.Shape), false);
        return Naming.Apply(TensorProgram.Of(ProgramKind.Losses, "The inner loss of each row, at the same weights for all.", g, [new(Argument.Loss, g.Spread(loss.Of(model.Loss), [Axis.Rows]))]));
    }
}
