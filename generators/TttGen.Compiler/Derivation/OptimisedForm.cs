using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>
/// Rows of a mini-batch under an optimiser. Whatever it is, after i tokens a weight is a sum of what was kept before them and of their gradients, all taken at one θ:
/// θᵢ = Σq keeps(q, i) pq + Σ_{s≤i} gains(i, s) ∇ℓₛ(θ),  and so is every part after the last. The numbers keeps, gains and ends come from the tokens' inputs alone
/// and are the driver's to compute (StepTable); the products are those of <see cref="DualForm"/>.
/// </summary>
public sealed class OptimisedForm(InnerModel model, InnerOptimiser optimiser)
{
    private readonly Weight[] _fast = [.. model.Weights.Where(w => w.Fast)];

    /// <summary>Part q of a weight: what is kept beside it.</summary>
    public string Part(string weight, int q) => $"{weight}{optimiser.Parts[q]}Part";

    /// <summary>[rows]: the share of part q in θᵢ.</summary>
    public string Keeps(int q) => "keeps" + optimiser.Parts[q];

    /// <summary>[rows, rows]: the share of row s's gradient in θᵢ.</summary>
    public const string Gains = "gains";

    /// <summary>The share of part r in part q after the rows.</summary>
    public string Ends(int q, int r) => $"ends{optimiser.Parts[q]}{r}";

    /// <summary>[rows]: the share of each row's gradient in part q after the rows.</summary>
    public string EndGains(int q) => "gains" + optimiser.Parts[q];

    /// <summary>Every number of the table that a program takes.</summary>
    public IEnumerable<string> Table
    {
        get
        {
            var parts = Enumerable.Range(0, optimiser.Parts.Count).ToArray();
            return [Gains, .. parts.Select(Keeps), .. parts.Select(EndGains), .. parts.SelectMany(q => parts.Select(r => Ends(q, r)))];
        }
    }

    /// <summary>Rows from any place in a mini-batch: their outputs, and the parts after them.</summary>
    /// <param name="name">The program's name.</param>
    /// <param name="outputs">Whether the rows' outputs are wanted, or the parts alone.</param>
    public TensorProgram Forward(string name, bool outputs = true)
    {
        var g = new Graph();
        var (key, value, query) = (g.Input("key", Axis.Rows, model.Width), g.Input("value", Axis.Rows, model.Width), g.Input("query", Axis.Rows, model.Width));
        var weights = model.Weights.ToDictionary(w => w.Name, w => g.Input(w.Name, w.Shape));
        var gradients = RowGradients.Of(g, model, key, value, weights, g.Fill(1, [Axis.Rows]), null);
        var parts = Enumerable.Range(0, optimiser.Parts.Count).ToArray();

        var results = new List<(string, Node)>();
        if (outputs)
        {
            // gains(i, s) for s ≤ i
            var gains = g.Mul(g.Tril, g.Input(Gains, Axis.Rows, Axis.Rows));
            var predict = new Lift(g, "Q");
            predict.Bind(model.Graph.Input("x", model.Width), query, true);
            foreach (var w in model.Weights)
            {
                var input = model.Graph.Input(w.Name, w.Shape);
                if (!w.Fast)
                {
                    predict.Bind(input, weights[w.Name], false);
                    continue;
                }
                var letters = Graph.Letters(w.Shape.Length);
                predict.Bind(input, new PerToken(w.Name, w.Shape,
                [
                    .. parts.Where(r => optimiser.Reaches(0, r)).Select(r => ((Node, string)[])[(g.Input(Keeps(r), Axis.Rows), "I"), (g.Input(Part(w.Name, r), w.Shape), letters)]),
                    .. gradients[w.Name].Select(p => ((Node, string)[])[(gains, "IS"), .. p]),
                ]));
            }
            results.Add(("output", g.Spread(predict.Of(model.Predict), [Axis.Rows, model.Width])));
        }
        foreach (var w in _fast)
        {
            var letters = Graph.Letters(w.Shape.Length);
            foreach (var q in parts)
            {
                Node[] kept = [.. parts.Where(r => optimiser.Reaches(q, r)).Select(r => g.Mul(g.Input(Ends(q, r)), g.Input(Part(w.Name, r), w.Shape)))];
                Node[] steps = [.. gradients[w.Name].Select(p => g.Einsum([(g.Input(EndGains(q), Axis.Rows), "S"), .. p], letters, w.Shape))];
                results.Add((Part(w.Name, q) + "Next", g.Add([g.Zero(w.Shape), .. kept, .. steps])));
            }
        }
        var summary = "Rows of one mini-batch from any place in it: " + (outputs ? "outputs, and " : "") + "what is kept beside the weights after them.";
        return Naming.Apply(TensorProgram.Of(name, summary, g, results), query, g.Input(Gains, Axis.Rows, Axis.Rows));
    }

    /// <summary>One token, its own weights formed: the program of a memory that uses them in a way that is not linear. The table is numbers here.</summary>
    /// <param name="name">The program's name.</param>
    /// <param name="outputs">Whether the output is wanted, or the parts alone.</param>
    public TensorProgram Token(string name, bool outputs = true)
    {
        var g = new Graph();
        var (key, value, query) = (g.Input("key", model.Width), g.Input("value", model.Width), g.Input("query", model.Width));
        var weights = model.Weights.ToDictionary(w => w.Name, w => g.Input(w.Name, w.Shape));
        var train = new Lift(g, "K");
        train.Bind(model.Graph.Input("key", model.Width), key, false);
        train.Bind(model.Graph.Input("value", model.Width), value, false);
        foreach (var w in model.Weights) train.Bind(model.Graph.Input(w.Name, w.Shape), weights[w.Name], false);
        var gradients = Vjp.Of(g, [(train.Of(model.Loss), g.Literal(1))], [.. _fast.Select(w => weights[w.Name])]);

        var predict = new Lift(g, "Q");
        predict.Bind(model.Graph.Input("x", model.Width), query, false);
        foreach (var w in model.Weights.Where(w => !w.Fast)) predict.Bind(model.Graph.Input(w.Name, w.Shape), weights[w.Name], false);
        var results = new List<(string, Node)>();
        foreach (var (w, gradient) in _fast.Zip(gradients, (w, gradient) => (w, gradient)))
        {
            var now = After(w, gradient, 0, Keeps, Gains).Named("now" + w.Name);
            predict.Bind(model.Graph.Input(w.Name, w.Shape), now, false);
            for (var q = 0; q < optimiser.Parts.Count; q++)
                results.Add((Part(w.Name, q) + "Next", q == 0 && optimiser.ClosesByItself ? now : After(w, gradient, q, r => Ends(q, r), EndGains(q))));
        }
        if (outputs) results.Insert(0, ("output", predict.Of(model.Predict)));
        var summary = "One token: " + (outputs ? "the output under the weights after its step, and " : "") + "what is kept beside the weights after it.";
        return Naming.Apply(TensorProgram.Of(name, summary, g, results), query, g.Input(Gains));

        Node After(Weight w, Node gradient, int q, Func<int, string> share, string gain) => g.Add(
        [
            g.Zero(w.Shape),
            .. Enumerable.Range(0, optimiser.Parts.Count).Where(r => optimiser.Reaches(q, r)).Select(r => g.Mul(g.Input(share(r)), g.Input(Part(w.Name, r), w.Shape))),
            g.Mul(g.Input(gain), gradient),
        ]);
    }

    /// <summary>The gradient of <see cref="Forward"/>: of tokens and of the table set, of weights added to, of parts in by what they became and out by what they were.</summary>
    /// <param name="forward">What to differentiate: rows, or one token.</param>
    /// <param name="rows">The axis of its rows; null: one token.</param>
    public InPlaceProgram Backward(TensorProgram forward, Axis? rows) =>
        OuterGradient.Of("StepBackward", forward, model.Width, rows,
            _fast.SelectMany(w => Enumerable.Range(0, optimiser.Parts.Count).Select(q => Part(w.Name, q))).ToDictionary(p => p + "Next", p => p),
            new HashSet<string>(Table.Select(Vjp.Cotangent)));

    /// <summary>One token's coefficients, row by row of [parts, parts + 1] the shares of the parts and of the gradient, from its inputs.</summary>
    public TensorProgram Coefficients() => Scalars("Coefficients", "Of one token: the shares of parts and gradient in each part after it.",
        [.. Coefficient().Select((c, k) => (Coefficient(k), c)).Where(c => c.c is not (Zero or Literal))]);

    /// <summary>The gradient of <see cref="Coefficients"/> by the token's inputs.</summary>
    public TensorProgram CoefficientsBackward()
    {
        var g = optimiser.Graph;
        (Node, Node)[] seeds = [.. Coefficient().Select((c, k) => (c, k)).Where(c => c.c is not (Zero or Literal)).Select(c => (c.c, g.Input(Vjp.Cotangent(Coefficient(c.k)))))];
        Node[] inputs = [.. optimiser.Inputs.Select(i => g.Input(i))];
        var gradients = Vjp.Of(g, seeds, inputs);
        return Scalars("CoefficientsBackward", "Of one token: the gradient by its inputs.", [.. optimiser.Inputs.Zip(gradients, (i, d) => (Vjp.Cotangent(i), d))]);
    }

    /// <summary>The k-th of [parts, parts + 1].</summary>
    public static string Coefficient(int k) => $"share{k}";

    /// <summary>[parts, parts + 1], row by row.</summary>
    public IReadOnlyList<Node> Coefficient() =>
        [.. Enumerable.Range(0, optimiser.Parts.Count).SelectMany(q => Enumerable.Range(0, optimiser.Parts.Count).Select(r => optimiser.Transition[q, r]).Append(optimiser.Gain[q]))];

    private TensorProgram Scalars(string name, string summary, (string, Node)[] results) => TensorProgram.Of(name, summary, optimiser.Graph, results);
}
