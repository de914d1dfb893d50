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
    /// <param name="kind">What the program is for.</param>
    /// <param name="outputs">Whether the output is wanted, or the gradient sums alone.</param>
    public TensorProgram Forward(ProgramKind kind, bool outputs = true)
    {
        var g = new Graph();
        var key = g.Input(Argument.Key, model.Width);
        var value = g.Input(Argument.Value, model.Width);
        var query = g.Input(Argument.Query, model.Width);
        var lr = g.Input(Argument.Rate);
        var tok = g.Input(Argument.TokenRate);
        var weights = model.Weights.ToDictionary(w => w.Name, w => g.Input(Argument.Of(w), w.Shape));

        var train = new Lift(g, "K");
        train.Bind(model.Key, key, false);
        train.Bind(model.Value, value, false);
        foreach (var w in model.Weights) train.Bind(model.Of(w), weights[w.Name], false);
        var gradients = Vjp.Of(g, [(train.Of(model.Loss), lr)], [.. model.Fast.Select(w => weights[w.Name])]);
        var sums = model.Fast.Zip(gradients, (w, gradient) => (Weight: w, Sum: g.Add(g.Input(Argument.SumOf(w), w.Shape), gradient).Named("sum" + w.Name))).ToArray();

        var predict = new Lift(g, "Q");
        predict.Bind(model.X, query, false);
        foreach (var w in model.Slow) predict.Bind(model.Of(w), weights[w.Name], false);
        foreach (var (w, sum) in sums) predict.Bind(model.Of(w), g.Sub(weights[w.Name], g.Mul(tok, sum)).Named("now" + w.Name), false);

        var summary = "One token: the step that it adds to the gradient sum" + (outputs ? ", and the output under the weights after that step." : ".");
        var program = TensorProgram.Of(kind, summary, g,
            [.. outputs ? [new(Argument.Output, predict.Of(model.Predict))] : Array.Empty<ProgramOutput>(), .. sums.Select(s => new ProgramOutput(Argument.SumOf(s.Weight).Next, s.Sum, Argument.SumOf(s.Weight)))]);
        return Naming.Apply(program, query, lr);
    }
}
