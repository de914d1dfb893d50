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
        loss.Bind(model.Graph.Input("key", model.Width), g.Input("key", Axis.Rows, model.Width), true);
        loss.Bind(model.Graph.Input("value", model.Width), g.Input("value", Axis.Rows, model.Width), true);
        foreach (var w in model.Weights) loss.Bind(model.Graph.Input(w.Name, w.Shape), g.Input(w.Name, w.Shape), false);
        return Naming.Apply(TensorProgram.Of("Losses", "The inner loss of each row, at the same weights for all.", g, [("loss", g.Spread(loss.Of(model.Loss), [Axis.Rows]))]));
    }
}
