using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>
/// A mini-batch of inner gradient steps without ever forming a token's own weights.
/// Primal:  θᵢ = θ − tok(i) (G + Σ_{s≤i} gₛ),  gₛ = lr(s) ∇ℓₛ(θ),  oᵢ = predict(qᵢ; θᵢ).
/// The derivation writes exactly that, with gₛ as the sum of outer products that reverse differentiation gives, and pushes every linear use of
/// θᵢ through the sum. Contraction then picks the order of each product: query × key first is what is called the dual form.
/// </summary>
public sealed class DualForm
{
    private readonly InnerModel _model;
    public List<string> Notes { get; } = [];

    public DualForm(InnerModel model) => _model = model;

    /// <param name="carried">The call starts inside a mini-batch: a gradient sum G comes in.</param>
    /// <param name="closing">The call ends a mini-batch: the new weights go out, and not the gradient sum.</param>
    public TensorProgram Forward(string name, bool carried, bool closing, bool outputs = true)
    {
        var g = new Graph();
        var f = _model.Width;
        var key = g.Input("key", Axis.Rows, f);
        var value = g.Input("value", Axis.Rows, f);
        var query = g.Input("query", Axis.Rows, f);
        var lr = g.Input("lr", Axis.Rows);
        var tok = g.Input("tok", Axis.Rows);
        var tokLast = g.Input("tokLast");
        var weights = _model.Weights.ToDictionary(w => w.Name, w => g.Input(w.Name, w.Shape));
        var fast = _model.Weights.Where(w => w.Fast).ToArray();
        var carry = fast.ToDictionary(w => w.Name, w => carried ? g.Input(w.Name + "Sum", w.Shape) : g.Zero(w.Shape));

        var gradients = Gradients(g, key, value, weights, lr);

        var results = new List<(string, Node)>();
        if (outputs)
        {
            // rate(i, s) = −tok(i) for s ≤ i
            var rate = g.Einsum([(g.Literal(-1), ""), (g.Tril, "IS"), (tok, "I")], "IS", [Axis.Rows, Axis.Rows]);
            rate.Hint = "rate";
            var predict = new Lift(g, "Q", Notes.Add);
            Bind(predict, _model, "x", query);
            foreach (var w in _model.Weights)
            {
                var node = _model.Graph.Input(w.Name, w.Shape);
                if (!w.Fast) { predict.Bind(node, weights[w.Name], false); continue; }
                var l = Graph.Letters(w.Shape.Length);
                var terms = new List<(Node, string)[]> { new[] { (weights[w.Name], l) } };
                if (carried) terms.Add([(g.Literal(-1), ""), (tok, "I"), (carry[w.Name], l)]);
                terms.AddRange(gradients[w.Name].Select(p => ((Node, string)[])[(rate, "IS"), .. p]));
                predict.Bind(node, new PerToken(w.Shape, terms));
            }
            results.Add(("output", predict.Of(_model.Predict)));
        }
        foreach (var w in fast)
        {
            var l = Graph.Letters(w.Shape.Length);
            var sum = g.Add([carry[w.Name], .. gradients[w.Name].Select(p => g.Einsum(p, l, w.Shape))]);
            sum.Hint ??= "sum" + w.Name;
            results.Add(closing
                ? (w.Name + "Next", g.Add(weights[w.Name], g.Einsum([(g.Literal(-1), ""), (tokLast, ""), (sum, l)], l, w.Shape)))
                : (w.Name + "SumNext", sum));
        }
        return Program(name, closing ? "One whole mini-batch: outputs, and the weights that the next one starts from." : "Any rows of one mini-batch: outputs, and the gradient sum so far.", g, results);
    }

    /// <summary>∇ℓₛ(θ) of every row, weighted, each as a sum of products over [S, the weight's axes].</summary>
    private Dictionary<string, List<(Node Node, string Index)[]>> Gradients(Graph g, Node key, Node value, Dictionary<string, Node> weights, Node seed)
    {
        var fast = _model.Weights.Where(w => w.Fast).ToArray();
        // differentiate with a weight of its own for every row, then make them all θ
        var train = new Lift(g, "K");
        Bind(train, _model, "key", key); Bind(train, _model, "value", value);
        var own = fast.ToDictionary(w => w.Name, w => g.Input(w.Name + "@s", [Axis.Rows, .. w.Shape]));
        foreach (var w in _model.Weights) train.Bind(_model.Graph.Input(w.Name, w.Shape), w.Fast ? own[w.Name] : weights[w.Name], w.Fast);
        var perRow = Vjp.Of(g, [(train.Of(_model.Loss), seed)], [.. fast.Select(w => own[w.Name])]);
        var same = new Substitution(g);
        foreach (var w in fast) { var l = Graph.Letters(w.Shape.Length); same.Replace(own[w.Name], g.Einsum([(weights[w.Name], l)], "I" + l, [Axis.Rows, .. w.Shape])); }
        return fast.Zip(perRow, (w, p) => (w.Name, Terms: Products(g, same.Of(p), w.Shape.Length))).ToDictionary(x => x.Name, x => x.Terms);
    }

    /// <summary>The outer gradient of a forward program: Vjp applied to what Vjp and the dual form made.</summary>
    public static TensorProgram Backward(string name, TensorProgram forward, Func<string, bool>? live = null)
    {
        var g = forward.Graph;
        var seeds = forward.Outputs.Where(o => live?.Invoke(o.Name) ?? true).Select(o => (o.Value, g.Input("d" + Upper(o.Name), o.Value.Shape))).ToArray();
        var wrt = forward.Inputs.Where(i => i.Name != "tril").ToArray();
        var d = Vjp.Of(g, seeds, wrt);
        return Program(name, $"Gradients of {forward.Name} by all that goes into it; forward values are recomputed here.", g, [.. wrt.Zip(d, (i, n) => ("d" + Upper(i.Name), n))]);
    }

    private static TensorProgram Program(string name, string summary, Graph g, IReadOnlyList<(string, Node)> outputs)
    {
        var seen = new HashSet<Node>();
        void Visit(Node n) { if (seen.Add(n)) foreach (var o in n.Operands) Visit(o); }
        foreach (var (_, n) in outputs) Visit(n);
        return new(name, summary, g, [.. seen.OfType<Input>().OrderBy(i => i.Id)], outputs);
    }

    private static void Bind(Lift lift, InnerModel m, string name, Node value) => lift.Bind(m.Graph.Input(name, m.Width), value, true);

    /// <summary>∇ at [s, weight axes] as products whose token letter is 'S'.</summary>
    private static List<(Node Node, string Index)[]> Products(Graph g, Node n, int rank)
    {
        if (n is Zero) return [];
        var letters = "S" + Graph.Letters(rank);
        var terms = n is Sum s ? s.Operands : [n];
        var outer = terms.Where(t => t is Einsum { Reduced: "" } e && e.Operands.Count(o => o is not Literal) > 1 && e.Indices.All(ix => ix.Length < e.Out.Length)).ToArray();
        var rest = terms.Except(outer).ToArray();
        return [.. outer.Cast<Einsum>().Select(e => e.Operands.Zip(e.Indices, (o, ix) => (o, new string([.. ix.Select(c => letters[e.Out.IndexOf(c)])]))).ToArray()),
            .. rest.Length == 0 ? [] : new (Node, string)[][] { [(g.Add(rest), letters)] }];
    }

    public static string Upper(string s) => char.ToUpperInvariant(s[0]) + s.Substring(1);
}
