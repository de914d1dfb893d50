using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>
/// One token of inner gradient descent as it is defined, its own weights formed:
/// G ← G + lr ∇ℓ(θ),  θᵢ = θ − tok G,  o = predict(q; θᵢ).
/// It takes any inner model. It costs a pass over every fast weight for each token, which <see cref="DualForm"/> spares where it applies.
/// </summary>
public sealed class PrimalForm(InnerModel model)
{
    /// <summary>One token: key, value, query [width], scalars lr and tok, weights W and gradient sums WSum → output [width], WSumNext.</summary>
    /// <param name="name">The program's name.</param>
    /// <param name="outputs">Whether the output is wanted, or the gradient sums alone.</param>
    public TensorProgram Forward(string name, bool outputs = true)
    {
        var g = new Graph();
        var key = g.Input("key", model.Width);
        var value = g.Input("value", model.Width);
        var query = g.Input("query", model.Width);
        var lr = g.Input("lr");
        var tok = g.Input("tok");
        var weights = model.Weights.ToDictionary(w => w.Name, w => g.Input(w.Name, w.Shape));
        var fast = model.Weights.Where(w => w.Fast).ToArray();

        var train = new Lift(g, "K");
        train.Bind(model.Graph.Input("key", model.Width), key, false);
        train.Bind(model.Graph.Input("value", model.Width), value, false);
        foreach (var w in model.Weights) train.Bind(model.Graph.Input(w.Name, w.Shape), weights[w.Name], false);
        var gradients = Vjp.Of(g, [(train.Of(model.Loss), lr)], [.. fast.Select(w => weights[w.Name])]);
        var sums = fast.Zip(gradients, (w, gradient) => (Weight: w, Sum: g.Add(g.Input(w.Name + "Sum", w.Shape), gradient).Named("sum" + w.Name))).ToArray();

        var predict = new Lift(g, "Q");
        predict.Bind(model.Graph.Input("x", model.Width), query, false);
        foreach (var w in model.Weights.Where(w => !w.Fast)) predict.Bind(model.Graph.Input(w.Name, w.Shape), weights[w.Name], false);
        foreach (var (w, sum) in sums) predict.Bind(model.Graph.Input(w.Name, w.Shape), g.Sub(weights[w.Name], g.Mul(tok, sum)).Named("now" + w.Name), false);

        var summary = "One token: the step that it adds to the gradient sum" + (outputs ? ", and the output under the weights after that step." : ".");
        var program = TensorProgram.Of(name, summary, g,
            [.. outputs ? [("output", predict.Of(model.Predict))] : Array.Empty<(string, Node)>(), .. sums.Select(s => (s.Weight.Name + "SumNext", s.Sum))]);
        return Naming.Apply(program, query, lr);
    }
}
