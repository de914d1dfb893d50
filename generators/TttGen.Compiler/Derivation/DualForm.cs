using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>
/// A mini-batch of inner gradient steps without ever forming a token's own weights.
/// Primal:  θᵢ = θ − tok(i) (G + Σ_{s≤i} gₛ),  gₛ = lr(s) ∇ℓₛ(θ),  oᵢ = predict(qᵢ; θᵢ).
/// The derivation writes exactly that, with gₛ as the sum of outer products that reverse differentiation gives, and pushes every linear use of
/// θᵢ through the sum. Contraction then picks the order of each product: query × key first is what is called the dual form.
/// </summary>
public sealed class DualForm(InnerModel model)
{
    private readonly List<string> _notes = [];

    /// <summary>What had to be formed for each token: fast matrices whose use is not linear, named with their use.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Whether no fast matrix has to be formed for each token; where one has, <see cref="PrimalForm"/> is the cheaper program.</summary>
    /// <param name="model">The inner model.</param>
    /// <param name="reason">The weight and its use, or empty.</param>
    public static bool Covers(InnerModel model, out string reason)
    {
        var form = new DualForm(model);
        form.Forward("probe", carried: true, closing: false);
        reason = form.Notes.FirstOrDefault() ?? "";
        return reason.Length == 0;
    }

    /// <summary>Rows of one mini-batch.</summary>
    /// <param name="name">The program's name.</param>
    /// <param name="carried">The call starts inside a mini-batch: a gradient sum G comes in.</param>
    /// <param name="closing">The call ends a mini-batch: the new weights go out, and not the gradient sum.</param>
    /// <param name="outputs">Whether the rows' outputs are wanted, or the state alone.</param>
    /// <param name="lastOfRows">tok(K − 1) comes once a row and scales the row's gradient, not their sum: the same weights, and its own gradient is read off the rows.</param>
    public TensorProgram Forward(string name, bool carried, bool closing, bool outputs = true, bool lastOfRows = false)
    {
        var g = new Graph();
        var key = g.Input("key", Axis.Rows, model.Width);
        var value = g.Input("value", Axis.Rows, model.Width);
        var query = g.Input("query", Axis.Rows, model.Width);
        var lr = g.Input("lr", Axis.Rows);
        var tok = g.Input("tok", Axis.Rows);
        var tokLast = lastOfRows ? g.Input("tokLast", Axis.Rows) : g.Input("tokLast");
        var weights = model.Weights.ToDictionary(w => w.Name, w => g.Input(w.Name, w.Shape));
        var fast = model.Weights.Where(w => w.Fast).ToArray();
        var carry = fast.ToDictionary(w => w.Name, w => carried ? g.Input(w.Name + "Sum", w.Shape) : g.Zero(w.Shape));
        var gradients = RowGradients.Of(g, model, key, value, weights, lr, _notes.Add);

        var results = new List<(string, Node)>();
        if (outputs)
        {
            // rate(i, s) = tok(i) for s ≤ i
            var rate = g.Einsum([(g.Tril, "IS"), (tok, "I")], "IS", [Axis.Rows, Axis.Rows]).Named("rate");
            var predict = new Lift(g, "Q", _notes.Add);
            predict.Bind(model.Graph.Input("x", model.Width), query, true);
            foreach (var w in model.Weights)
            {
                var input = model.Graph.Input(w.Name, w.Shape);
                var letters = Graph.Letters(w.Shape.Length);
                if (w.Fast)
                    predict.Bind(input, new PerToken(w.Name, w.Shape,
                    [
                        [(weights[w.Name], letters)],
                        [(g.Literal(-1), ""), (tok, "I"), (carry[w.Name], letters)],
                        .. gradients[w.Name].Select(p => ((Node, string)[])[(g.Literal(-1), ""), (rate, "IS"), .. p]),
                    ]));
                else predict.Bind(input, weights[w.Name], false);
            }
            // an answer that no token has a part in is the same for all
            results.Add(("output", g.Spread(predict.Of(model.Predict), [Axis.Rows, model.Width])));
        }
        foreach (var w in fast)
        {
            var letters = Graph.Letters(w.Shape.Length);
            if (closing && lastOfRows)
            {
                var scaled = gradients[w.Name].Select(p => g.Einsum([(g.Literal(-1), ""), (tokLast, "S"), .. p], letters, w.Shape));
                results.Add((w.Name + "Next", g.Add([weights[w.Name], .. scaled])));
                continue;
            }
            var sum = g.Add(carry[w.Name], Step(g, w, gradients));
            results.Add(closing
                ? (w.Name + "Next", g.Sub(weights[w.Name], g.Mul(tokLast, sum)))
                : (w.Name + "SumNext", sum));
        }
        var summary = (carried ? "Rows of one mini-batch from any place in it" : "Rows of one mini-batch from its start")
            + (outputs ? ": outputs, and " : ": ")
            + (closing ? "the weights that the next one starts from." : "the gradient sum so far.");
        return Naming.Apply(TensorProgram.Of(name, summary, g, results), query, lr);
    }

    /// <summary>W − last · Σₛ lr(s) ∇ℓₛ(W) of every fast weight, in the graph of a program of a whole mini-batch's rows, whose inner gradient it is made of.</summary>
    /// <param name="g">Where that program is.</param>
    /// <param name="last">The name of tok(K − 1), one number.</param>
    public IReadOnlyList<(string Name, Node Value)> Next(Graph g, string last)
    {
        var weights = model.Weights.ToDictionary(w => w.Name, w => g.Input(w.Name, w.Shape));
        var gradients = RowGradients.Of(g, model, g.Input("key", Axis.Rows, model.Width), g.Input("value", Axis.Rows, model.Width), weights, g.Input("lr", Axis.Rows), null);
        return [.. model.Weights.Where(w => w.Fast).Select(w => (w.Name + "Next", g.Sub(weights[w.Name], g.Mul(g.Input(last), Step(g, w, gradients)))))];
    }

    /// <summary>Σₛ lr(s) ∇ℓₛ of one weight.</summary>
    private static Node Step(Graph g, Weight weight, IReadOnlyDictionary<string, IReadOnlyList<(Node Node, string Index)[]>> gradients) =>
        g.Add([g.Zero(weight.Shape), .. gradients[weight.Name].Select(p => g.Einsum(p, Graph.Letters(weight.Shape.Length), weight.Shape))]).Named("step" + weight.Name);

    /// <summary>The outer gradient of a forward program: Vjp applied to what Vjp and the dual form made.</summary>
    /// <param name="name">The program's name.</param>
    /// <param name="forward">What to differentiate.</param>
    /// <param name="seed">What the gradient of an output is called; as <see cref="Vjp.Cotangent"/> says if null.</param>
    public static TensorProgram Backward(string name, TensorProgram forward, Func<string, string>? seed = null)
    {
        var g = forward.Graph;
        var seeds = forward.Outputs.Select(o => (o.Value, g.Input((seed ?? Vjp.Cotangent)(o.Name), o.Value.Shape))).ToArray();
        var wrt = forward.Inputs.Where(i => i != g.Tril).ToArray();
        var gradients = Vjp.Of(g, seeds, wrt);
        return TensorProgram.Of(name, $"Gradients of {forward.Name} by all that goes into it; forward values are recomputed here.", g,
            [.. wrt.Zip(gradients, (i, d) => (Vjp.Cotangent(i.Name), d))]);
    }
}
