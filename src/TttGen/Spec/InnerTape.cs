namespace TttGen;

/// <summary>The weights at which one head's gradients are taken, as leaves of a tape.</summary>
/// <typeparam name="TModel">The inner model.</typeparam>
/// <typeparam name="TFeature">The size of keys, values and queries.</typeparam>
internal sealed class InnerTape<TModel, TFeature> where TModel : ISpec<TModel> where TFeature : IDim
{
    private readonly Tape _tape = new();
    private int _end;

    /// <summary>Gradients at these weights.</summary>
    public InnerTape(InnerWeights weights) => Leaves = Recorded(weights);

    /// <summary>The weights.</summary>
    public InnerWeights Leaves { get; private set; }

    /// <summary>From here on gradients are taken at these weights.</summary>
    public void Move(InnerWeights weights) => Leaves = Recorded(weights);

    /// <summary>∇Loss of one token by each fast weight, in the order of <see cref="InnerWeights.Fast"/>.</summary>
    public double[][] Gradient(Vec<TFeature> key, Vec<TFeature> value)
    {
        var slopes = _tape.Differentiate(ModelOf(Leaves).Loss(key, value));
        double[][] gradient = [.. Leaves.Fast.Select(leaf => leaf.Items.Select(item => slopes[item]).ToArray())];
        _tape.Rewind(_end);
        return gradient;
    }

    /// <summary>The model over some weights.</summary>
    /// <exception cref="TttException">It is not one of vectors of this feature size.</exception>
    public static IInnerModel<TModel, TFeature> ModelOf(InnerWeights weights) =>
        weights.Model<TModel>() as IInnerModel<TModel, TFeature>
        ?? throw new TttException($"{typeof(TModel).Name}: expected an inner model of vectors of {typeof(TFeature).Name}, found one of another dimension");

    private InnerWeights Recorded(InnerWeights weights)
    {
        _tape.Rewind(0);
        var leaves = weights.WithFast((_, items) => _tape.Leaves(items));
        _end = _tape.Length;
        return leaves;
    }
}
