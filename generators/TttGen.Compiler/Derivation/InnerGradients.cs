using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>lr(s) ∇ℓₛ(θ) of every row s at one θ, each weight's as a sum of products: what reverse differentiation gives, kept apart by row.</summary>
internal static class InnerGradients
{
    /// <summary>For each fast weight, products over 'S' (the row) and a, b, … (the weight's axes).</summary>
    /// <param name="g">Where to build.</param>
    /// <param name="model">The inner model.</param>
    /// <param name="key">[rows, width]</param>
    /// <param name="value">[rows, width]</param>
    /// <param name="weights">θ, by name.</param>
    /// <param name="rate">[rows], the weight of each row's loss.</param>
    /// <param name="formed">Told of every matrix whose gradient is no sum of products of lesser tensors.</param>
    public static Dictionary<string, IReadOnlyList<(Node Node, string Index)[]>> Of(
        Graph g, InnerModel model, Node key, Node value, IReadOnlyDictionary<string, Node> weights, Node rate, Action<string>? formed)
    {
        // differentiate with a weight of its own for every row, then make them all θ
        var own = model.Fast.ToDictionary(w => w.Name, w => g.Input(w.Name + "@row", [Axis.Rows, .. w.Shape]));
        var train = new Lift(g, "K");
        train.Bind(model.Key, key, true);
        train.Bind(model.Value, value, true);
        foreach (var w in model.Weights) train.Bind(model.Of(w), w.Fast ? own[w.Name] : weights[w.Name], w.Fast);
        var perRow = Vjp.Of(g, [(train.Of(model.Loss), rate)], [.. model.Fast.Select(w => own[w.Name])]);

        var same = new Substitution(g);
        foreach (var w in model.Fast)
        {
            var letters = Graph.Letters(w.Shape.Length);
            same.Replace(own[w.Name], g.Einsum([(weights[w.Name], letters)], "I" + letters, [Axis.Rows, .. w.Shape]));
        }
        return model.Fast.Zip(perRow, (w, gradient) => (w.Name, Products: Products(g, same.Of(gradient), w, rate, formed))).ToDictionary(x => x.Name, x => x.Products);
    }

    private static IReadOnlyList<(Node Node, string Index)[]> Products(Graph g, Node gradient, Weight weight, Node rate, Action<string>? formed)
    {
        if (gradient is Zero) return [];
        var letters = "S" + Graph.Letters(weight.Shape.Length);
        var terms = gradient is Sum sum ? sum.Operands : [gradient];
        var outer = terms.OfType<Einsum>().Where(IsOuter).ToArray();
        var rest = terms.Except(outer).ToArray();
        if (rest.Length > 0 && weight.Shape.Length > 1)
            formed?.Invoke($"{weight.Name}, a fast {string.Join("×", weight.Shape)} matrix, has a gradient that is no sum of outer products");

        (Node Node, string Index)[] Lettered(Einsum e) => [.. e.Operands.Zip(e.Indices, (o, ix) => (o, new string([.. ix.Select(c => letters[e.Out.IndexOf(c)])])))];
        List<(Node Node, string Index)[]> products = [.. outer.Select(Lettered)];
        if (rest.Length > 0) products.Add([(g.Add(rest), letters)]);
        foreach (var (node, _) in products.SelectMany(p => p).Where(f => f.Node.Rank == 2 && Depends(f.Node, rate))) node.Named("delta" + weight.Name);
        return products;
    }

    private static bool IsOuter(Einsum e) => e.IsElementwise && e.Factors.Count > 1 && e.Factors.All(f => f.Index.Length < e.Rank);

    private static bool Depends(Node node, Node on) => Reachable.From([node]).Contains(on);
}
