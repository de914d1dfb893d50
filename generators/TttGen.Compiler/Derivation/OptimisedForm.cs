using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>
/// Rows of a mini-batch under an optimiser. Whatever it is, after i tokens a weight is a sum of what was kept before them and of their gradients, all taken at one θ:
/// θᵢ = Σq keeps(q, i) pq + Σ_{s≤i} gains(i, s) ∇ℓₛ(θ),  and so is every part after the last. The numbers keeps, gains and ends come from the tokens' inputs alone
/// and are the driver's to compute (StepTable); the products are those of <see cref="DualForm"/>.
/// </summary>
public sealed class OptimisedForm(InnerModel model, InnerOptimiser optimiser)
{
    /// <summary>What each token gives: its gradient is set.</summary>
    private static readonly Argument[] OfTokens = [Argument.Key, Argument.Value, Argument.Query];

    /// <summary>Part q of a weight: what is kept beside it.</summary>
    public Argument Part(Weight weight, int q) => new(ArgumentKind.Part, $"{weight.Name}{optimiser.Parts[q]}Part", weight.Name, q);

    /// <summary>[rows]: the share of part q in θᵢ.</summary>
    public Argument Keeps(int q) => new(ArgumentKind.Keeps, "keeps" + optimiser.Parts[q], Index: q);

    /// <summary>[rows, rows]: the share of row s's gradient in θᵢ.</summary>
    public static readonly Argument Gains = new(ArgumentKind.Gains, "gains");

    /// <summary>The share of part r in part q after the rows.</summary>
    public Argument Ends(int q, int r) => new(ArgumentKind.Ends, $"ends{optimiser.Parts[q]}{r}", Index: q, Source: r);

    /// <summary>[rows]: the share of each row's gradient in part q after the rows.</summary>
    public Argument EndGains(int q) => new(ArgumentKind.EndGains, "gains" + optimiser.Parts[q], Index: q);

    /// <summary>Rows from any place in a mini-batch: their outputs, and the parts after them.</summary>
    /// <param name="kind">What the program is for.</param>
    /// <param name="outputs">Whether the rows' outputs are wanted, or the parts alone.</param>
    public TensorProgram Forward(ProgramKind kind, bool outputs = true)
    {
        var g = new Graph();
        var (key, value, query) = (g.Input(Argument.Key, Axis.Rows, model.Width), g.Input(Argument.Value, Axis.Rows, model.Width), g.Input(Argument.Query, Axis.Rows, model.Width));
        var weights = model.Weights.ToDictionary(w => w.Name, w => g.Input(Argument.Of(w), w.Shape));
        var gradients = InnerGradients.Of(g, model, key, value, weights, g.Fill(1, [Axis.Rows]), null);
        var parts = Enumerable.Range(0, optimiser.Parts.Count).ToArray();

        var results = new List<ProgramOutput>();
        if (outputs)
        {
            // gains(i, s) for s ≤ i
            var gains = g.Mul(g.Tril, g.Input(Gains, Axis.Rows, Axis.Rows));
            var predict = new Lift(g, "Q");
            predict.Bind(model.X, query, true);
            foreach (var w in model.Weights)
            {
                if (!w.Fast)
                {
                    predict.Bind(model.Of(w), weights[w.Name], false);
                    continue;
                }
                var letters = Graph.Letters(w.Shape.Length);
                predict.Bind(model.Of(w), new PerToken(w.Name, w.Shape,
                [
                    .. parts.Where(r => optimiser.Reaches(0, r)).Select(r => ((Node, string)[])[(g.Input(Keeps(r), Axis.Rows), "I"), (g.Input(Part(w, r), w.Shape), letters)]),
                    .. gradients[w.Name].Select(p => ((Node, string)[])[(gains, "IS"), .. p]),
                ]));
            }
            results.Add(new(Argument.Output, g.Spread(predict.Of(model.Predict), [Axis.Rows, model.Width])));
        }
        foreach (var w in model.Fast)
        {
            var letters = Graph.Letters(w.Shape.Length);
            foreach (var q in parts)
            {
                Node[] kept = [.. parts.Where(r => optimiser.Reaches(q, r)).Select(r => g.Mul(g.Input(Ends(q, r)), g.Input(Part(w, r), w.Shape)))];
                Node[] steps = [.. gradients[w.Name].Select(p => g.Einsum([(g.Input(EndGains(q), Axis.Rows), "S"), .. p], letters, w.Shape))];
                results.Add(new(Part(w, q).Next, g.Add([g.Zero(w.Shape), .. kept, .. steps]), Part(w, q)));
            }
        }
        var summary = "Rows of one mini-batch from any place in it: " + (outputs ? "outputs, and " : "") + "what is kept beside the weights after them.";
        return Naming.Apply(TensorProgram.Of(kind, summary, g, results), query, g.Input(Gains, Axis.Rows, Axis.Rows));
    }

    /// <summary>One token, its own weights formed: the program of a memory that uses them in a way that is not linear. The table is numbers here.</summary>
    /// <param name="kind">What the program is for.</param>
    /// <param name="outputs">Whether the output is wanted, or the parts alone.</param>
    public TensorProgram Token(ProgramKind kind, bool outputs = true)
    {
        var g = new Graph();
        var (key, value, query) = (g.Input(Argument.Key, model.Width), g.Input(Argument.Value, model.Width), g.Input(Argument.Query, model.Width));
        var weights = model.Weights.ToDictionary(w => w.Name, w => g.Input(Argument.Of(w), w.Shape));
        var train = new Lift(g, "K");
        train.Bind(model.Key, key, false);
        train.Bind(model.Value, value, false);
        foreach (var w in model.Weights) train.Bind(model.Of(w), weights[w.Name], false);
        var gradients = Vjp.Of(g, [(train.Of(model.Loss), g.Literal(1))], [.. model.Fast.Select(w => weights[w.Name])]);

        var predict = new Lift(g, "Q");
        predict.Bind(model.X, query, false);
        foreach (var w in model.Slow) predict.Bind(model.Of(w), weights[w.Name], false);
        var results = new List<ProgramOutput>();
        foreach (var (w, gradient) in model.Fast.Zip(gradients, (w, gradient) => (w, gradient)))
        {
            var now = After(w, gradient, 0, Keeps, Gains).Named("now" + w.Name);
            predict.Bind(model.Of(w), now, false);
            for (var q = 0; q < optimiser.Parts.Count; q++)
                results.Add(new(Part(w, q).Next, q == 0 && optimiser.ClosesByItself ? now : After(w, gradient, q, r => Ends(q, r), EndGains(q)), Part(w, q)));
        }
        if (outputs) results.Insert(0, new(Argument.Output, predict.Of(model.Predict)));
        var summary = "One token: " + (outputs ? "the output under the weights after its step, and " : "") + "what is kept beside the weights after it.";
        return Naming.Apply(TensorProgram.Of(kind, summary, g, results), query, g.Input(Gains));

        Node After(Weight w, Node gradient, int q, Func<int, Argument> share, Argument gain) => g.Add(
        [
            g.Zero(w.Shape),
            .. Enumerable.Range(0, optimiser.Parts.Count).Where(r => optimiser.Reaches(q, r)).Select(r => g.Mul(g.Input(share(r)), g.Input(Part(w, r), w.Shape))),
            g.Mul(g.Input(gain), gradient),
        ]);
    }

    /// <summary>The gradient of <see cref="Forward"/>: of tokens and of the table set, of weights added to, of parts in by what they became and out by what they were.</summary>
    /// <param name="forward">What to differentiate: rows, or one token.</param>
    /// <param name="rows">The axis of its rows; null: one token.</param>
    public TensorProgram Backward(TensorProgram forward, Axis? rows) => ScanGradient.Of(ProgramKind.StepBackward, forward, model.Width, rows, OfTokens);

    /// <summary>One token's coefficients, row by row of [parts, parts + 1] the shares of the parts and of the gradient, from its inputs.</summary>
    public TensorProgram Coefficients() => Scalars(ProgramKind.Coefficients, "Of one token: the shares of parts and gradient in each part after it.",
        [.. Coefficient().Select((c, k) => new ProgramOutput(Coefficient(k), c)).Where(c => c.Value is not (Zero or Literal))]);

    /// <summary>The gradient of <see cref="Coefficients"/> by the token's inputs.</summary>
    public TensorProgram CoefficientsBackward()
    {
        var g = optimiser.Graph;
        (Node, Node)[] seeds = [.. Coefficient().Select((c, k) => (c, k)).Where(c => c.c is not (Zero or Literal)).Select(c => (c.c, g.Input(Coefficient(c.k).Gradient)))];
        Argument[] inputs = [.. optimiser.Inputs.Select((name, k) => InnerOptimiser.Input(name, k))];
        var gradients = Vjp.Of(g, seeds, [.. inputs.Select(i => g.Input(i))]);
        return Scalars(ProgramKind.CoefficientsBackward, "Of one token: the gradient by its inputs.", [.. inputs.Zip(gradients, (i, d) => new ProgramOutput(i.Gradient, d))]);
    }

    /// <summary>The k-th of [parts, parts + 1].</summary>
    public static Argument Coefficient(int k) => new(ArgumentKind.Coefficient, $"share{k}", Index: k);

    /// <summary>[parts, parts + 1], row by row.</summary>
    public IReadOnlyList<Node> Coefficient() =>
        [.. Enumerable.Range(0, optimiser.Parts.Count).SelectMany(q => Enumerable.Range(0, optimiser.Parts.Count).Select(r => optimiser.Transition[q, r]).Append(optimiser.Gain[q]))];

    private TensorProgram Scalars(ProgramKind kind, string summary, ProgramOutput[] results) => TensorProgram.Of(kind, summary, optimiser.Graph, results);
}
