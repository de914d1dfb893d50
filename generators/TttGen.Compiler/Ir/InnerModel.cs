namespace TttGen.Compiler.Ir;

/// <summary>An inner model, one token at a time: predict(x) and loss(key, value) over its weights.</summary>
public sealed class InnerModel(string name, Graph graph, IReadOnlyList<Weight> weights, Node predict, Node loss, Axis width)
{
    public string Name { get; } = name;
    public Graph Graph { get; } = graph;
    public IReadOnlyList<Weight> Weights { get; } = weights;
    public Node Predict { get; } = predict;
    public Node Loss { get; } = loss;
    public Axis Width { get; } = width;
}
