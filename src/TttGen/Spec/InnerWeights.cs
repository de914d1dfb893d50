namespace TttGen;

/// <summary>One tensor of an inner model.</summary>
/// <param name="Key">Its key in the inner model, for example <c>W1</c>.</param>
/// <param name="Fast">Whether it is updated at test time.</param>
/// <param name="Items">Its numbers, row by row.</param>
public sealed record InnerWeight(string Key, bool Fast, Scalar[] Items);

/// <summary>The weights of one head's inner model, apart from its record, so that they can be replaced while the model's text stays.</summary>
public sealed class InnerWeights
{
    private readonly Func<string, double, double> _setting;

    internal InnerWeights(IReadOnlyList<InnerWeight> all, Func<string, double, double> setting) => (All, _setting) = (all, setting);

    /// <summary>All tensors, in the order of the record.</summary>
    public IReadOnlyList<InnerWeight> All { get; }

    /// <summary>Those updated at test time, in the order of the record.</summary>
    public IEnumerable<InnerWeight> Fast => All.Where(weight => weight.Fast);

    /// <summary>The numbers of one tensor.</summary>
    /// <exception cref="KeyNotFoundException">The inner model has none of this key.</exception>
    public double[] this[string key] =>
        [.. (All.FirstOrDefault(weight => weight.Key == key) ?? throw new KeyNotFoundException($"The inner model has no weight {key}.")).Items.Select(item => item.Value)];

    /// <summary>The record over these weights.</summary>
    public TModel Model<TModel>() where TModel : ISpec<TModel> => TModel.Bind(new Replay(new Queue<InnerWeight>(All), _setting));

    /// <summary>The same slow weights, and fast ones made from these: tensor by tensor, in the order of <see cref="Fast"/>.</summary>
    public InnerWeights WithFast(Func<int, Scalar[], Scalar[]> replace)
    {
        var fast = 0;
        return new([.. All.Select(weight => weight.Fast ? weight with { Items = replace(fast++, weight.Items) } : weight)], _setting);
    }

    /// <summary>Weights for a spec's questions, asked in the same order as when they were gathered.</summary>
    private sealed class Replay(Queue<InnerWeight> weights, Func<string, double, double> setting) : InnerModelBinder
    {
        protected override Scalar[] Items(string key, int[] own, bool slow, bool shared, int unitAxis) => weights.Dequeue().Items;

        public override double Setting(string key, double fallback) => setting(key, fallback);

        public override TSpec Spec<TSpec>(string key) => TSpec.Bind(this);
    }
}
