namespace TttGen.Compiler.Ir;

/// <summary>
/// An inner model, one token at a time: <c>predict</c> of the input <c>x</c>, and <c>loss</c> of the inputs <c>key</c> and <c>value</c> (all [width]),
/// both over inputs named as the weights.
/// </summary>
public sealed class InnerModel(string name, Graph graph, IReadOnlyList<Weight> weights, Node predict, Node loss, Axis width)
{
    /// <summary>The record's name.</summary>
    public string Name { get; } = name;

    /// <summary>Where both expressions live.</summary>
    public Graph Graph { get; } = graph;

    /// <summary>The parameters, in the record's order.</summary>
    public IReadOnlyList<Weight> Weights { get; } = weights;

    /// <summary>[width] of x.</summary>
    public Node Predict { get; } = predict;

    /// <summary>A scalar of key and value.</summary>
    public Node Loss { get; } = loss;

    /// <summary>The axis of x, key and value.</summary>
    public Axis Width { get; } = width;

    /// <summary>The input of <see cref="Predict"/>.</summary>
    public Node X => Graph.Input(XName, Width);

    /// <summary>What a loss is taken at.</summary>
    public Node Key => Graph.Input(KeyName, Width);

    /// <summary>What a loss compares with.</summary>
    public Node Value => Graph.Input(ValueName, Width);

    /// <summary>The weights that move at test time.</summary>
    public IReadOnlyList<Weight> Fast { get; } = [.. weights.Where(w => w.Fast)];

    /// <summary>The weights that only training moves.</summary>
    public IReadOnlyList<Weight> Slow { get; } = [.. weights.Where(w => !w.Fast)];

    /// <summary>A weight where both expressions read it.</summary>
    public Node Of(Weight weight) => Graph.Input(weight.Name, weight.Shape);

    /// <summary>What the graph calls its inputs.</summary>
    public const string XName = "x", KeyName = "key", ValueName = "value";
}
