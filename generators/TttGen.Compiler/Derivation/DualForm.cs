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
        form.Forward(ProgramKind.Step, carried: true, closing: false);
        reason = form.Notes.FirstOrDefault() ?? "";
        return reason.Length == 0;
    }

    /// <summary>Rows of one mini-batch.</summary>
    /// <param name="kind">What the program is for.</param>
    /// <param name="carried">The call starts inside a mini-batch: a gradient sum G comes in.</param>
    /// <param name="closing">The call ends a mini-batch: the new weights go out, and not the gradient sum.</param>
    /// <param name="outputs">Whether the rows' outputs are wanted, or the state alone.</param>
    /// <param name="lastOfRows">tok(K − 1) comes once a row and scales the row's gradient, not their sum: the same weights, and its own gradient is read off the rows.</param>
    public TensorProgram Forward(ProgramKind kind, bool carried, bool closing, bool outputs = true, bool lastOfRows = false)
    {
        var g = new Graph();
        var key = g.Input(Argument.Key, Axis.Rows, model.Width);
        var value = g.Input(Argument.Value, Axis.Rows, model.Width);
        var query = g.Input(Argument.Query, Axis.Rows, model.Width);
        var lr = g.Input(Argument.Rate, Axis.Rows);
        var tok = g.Input(Argument.TokenRate, Axis.Rows);
        var tokLast = lastOfRows ? g.Input(Argument.LastTokenRate, Axis.Rows) : g.Input(Argument.LastTokenRate);
        var weights = model.Weights.ToDictionary(w => w.Name, w => g.Input(Argument.Of(w), w.Shape));
        var carry = model.Fast.ToDictionary(w => w.Name, w => carried ? g.Input(Argument.SumOf(w), w.Shape) : g.Zero(w.Shape));
        var gradients = InnerGradients.Of(g, model, key, value, weights, lr, _notes.Add);

        var results = new List<ProgramOutput>();
        if (outputs)
        {
            // rate(i, s) = tok(i) for s ≤ i
            var rate = g.Einsum([(g.Tril, "IS"), (tok, "I")], "IS", [Axis.Rows, Axis.Rows]).Named("rate");
            var predict = new Lift(g, "Q", _notes.Add);
            predict.Bind(model.X, query, true);
            foreach (var w in model.Weights)
            {
                var letters = Graph.Letters(w.Shape.Length);
                if (w.Fast)
                    predict.Bind(model.Of(w), new PerToken(w.Name, w.Shape,
                    [
                        [(weights[w.Name], letters)],
                        [(g.Literal(-1), ""), (tok, "I"), (carry[w.Name], letters)],
                        .. gradients[w.Name].Select(p => ((Node, string)[])[(g.Literal(-1), ""), (rate, "IS"), .. p]),
                    ]));
                else predict.Bind(model.Of(w), weights[w.Name], false);
            }
            // an answer that no token has a part in is the same for all
            results.Add(new(Argument.Output, g.Spread(predict.Of(model.Predict), [Axis.Rows, model.Width])));
        }
        foreach (var w in model.Fast)
        {
            var (weight, total, letters) = (Argument.Of(w), Argument.SumOf(w), Graph.Letters(w.Shape.Length));
            if (closing && lastOfRows)
            {
                var scaled = gradients[w.Name].Select(p => g.Einsum([(g.Literal(-1), ""), (tokLast, "S"), .. p], letters, w.Shape));
                results.Add(new(weight.Next, g.Add([weights[w.Name], .. scaled]), weight));
                continue;
            }
            var sum = g.Add(carry[w.Name], Step(g, w, gradients));
            results.Add(closing
                ? new(weight.Next, g.Sub(weights[w.Name], g.Mul(tokLast, sum)), weight)
                : new(total.Next, sum, total));
        }
        var summary = (carried ? "Rows of one mini-batch from any place in it" : "Rows of one mini-batch from its start")
            + (outputs ? ": outputs, and " : ": ")
            + (closing ? "the weights that the next one starts from." : "the gradient sum so far.");
        return Naming.Apply(TensorProgram.Of(kind, summary, g, results), query, lr);
    }

    /// <summary>W − last · Σₛ lr(s) ∇ℓₛ(W) of every fast weight, in the graph of a program of a whole mini-batch's rows, whose inner gradient it is made of.</summary>
    /// <param name="g">Where that program is; tok(K − 1) is one number, <see cref="Argument.Last"/>.</param>
    public IReadOnlyList<ProgramOutput> Next(Graph g)
    {
        var weights = model.Weights.ToDictionary(w => w.Name, w => g.Input(Argument.Of(w), w.Shape));
        var gradients = InnerGradients.Of(g, model, g.Input(Argument.Key, Axis.Rows, model.Width), g.Input(Argument.Value, Axis.Rows, model.Width), weights, g.Input(Argument.Rate, Axis.Rows), null);
        return [.. model.Fast.Select(w => new ProgramOutput(Argument.Of(w).Next, g.Sub(weights[w.Name], g.Mul(g.Input(Argument.Last), Step(g, w, gradients))), Argument.Of(w)))];
    }

    /// <summary>Σₛ lr(s) ∇ℓₛ of one weight.</summary>
    private static Node Step(Graph g, Weight weight, IReadOnlyDictionary<string, IReadOnlyList<(Node Node, string Index)[]>> gradients) =>
        g.Add([g.Zero(weight.Shape), .. gradients[weight.Name].Select(p => g.Einsum(p, Graph.Letters(weight.Shape.Length), weight.Shape))]).Named("step" + weight.Name);

    /// <summary>The outer gradient of a forward program: Vjp applied to what Vjp and the dual form made. The gradient by a state comes in by what it became.</summary>
    /// <param name="kind">What the program is for.</param>
    /// <param name="forward">What to differentiate.</param>
    public static TensorProgram Backward(ProgramKind kind, TensorProgram forward)
    {
        var g = forward.Graph;
        var seeds = forward.Outputs.Select(o => (o.Value, g.Input((o.Replaces ?? o.Argument).Gradient, o.Value.Shape))).ToArray();
        Input[] wrt = [.. forward.Inputs.Where(i => i is not Mask)];
        var gradients = Vjp.Of(g, seeds, wrt);
        return TensorProgram.Of(kind, $"Gradients of {forward.Name} by all that goes into it; forward values are recomputed here.", g,
            [.. wrt.Zip(gradients, (i, d) => new ProgramOutput(i.Argument!.Gradient, d))]);
    }
}
