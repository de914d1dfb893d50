namespace TttGen;

/// <summary>
/// The inner loop of one head under an optimiser, as its record states it: gradients from the tape, every element stepped on its own. Slow and plain: what the
/// compiler derives is judged by it.
/// </summary>
/// <typeparam name="TModel">The inner model.</typeparam>
/// <typeparam name="TFeature">The size of keys, values and queries.</typeparam>
/// <typeparam name="TMiniBatch">Tokens whose gradients are taken at the same weights.</typeparam>
/// <typeparam name="TOptimiser">How the weights move.</typeparam>
public sealed class OptimisedScan<TModel, TFeature, TMiniBatch, TOptimiser>
    where TModel : ISpec<TModel> where TFeature : IDim where TMiniBatch : IDim where TOptimiser : IInnerOptimiser<TOptimiser>
{
    private readonly Tape _tape = new();
    private readonly TOptimiser[][] _parts;
    private InnerWeights _leaves;
    private int _leavesEnd, _place;

    /// <summary>What is kept of every element, tensor by tensor in the order of <see cref="InnerWeights.Fast"/>.</summary>
    public IReadOnlyList<IReadOnlyList<TOptimiser>> Parts => _parts;

    /// <summary>The weights that the mini-batch started from.</summary>
    public InnerWeights Start => _leaves;

    /// <summary>A scan from a sequence's start.</summary>
    /// <param name="weights">The memory's weights before the first token.</param>
    public OptimisedScan(InnerWeights weights)
    {
        _parts = [.. weights.Fast.Select(weight => weight.Items.Select(TOptimiser.Start).ToArray())];
        _leaves = LeavesOf(weights);
    }

    /// <summary>One token: gradient, step, answer.</summary>
    public Vec<TFeature> Step(Vec<TFeature> query, Vec<TFeature> key, Vec<TFeature> value, ReadOnlySpan<double> inputs)
    {
        var slopes = _tape.Differentiate(ModelOf(_leaves).Loss(key, value));
        foreach (var (leaf, parts) in _leaves.Fast.Zip(_parts))
            for (var i = 0; i < parts.Length; i++)
                parts[i] = parts[i].Step(slopes[leaf.Items[i]], inputs);
        _tape.Rewind(_leavesEnd);

        var answer = ModelOf(Now).Predict(query);
        if (++_place < TMiniBatch.Size) return answer;
        _place = 0;
        foreach (var parts in _parts)
            for (var i = 0; i < parts.Length; i++)
                parts[i] = parts[i].Close();
        _leaves = LeavesOf(Now);
        return answer;
    }

    /// <summary>The weights after the last token.</summary>
    public InnerWeights Now => _leaves.WithFast((tensor, _) => [.. _parts[tensor].Select(part => (Scalar)part.Weight.Value)]);

    private static IInnerModel<TModel, TFeature> ModelOf(InnerWeights weights) =>
        weights.Model<TModel>() as IInnerModel<TModel, TFeature>
        ?? throw new TttException($"{typeof(TModel).Name}: expected an inner model of vectors of {typeof(TFeature).Name}, found one of another dimension");

    private InnerWeights LeavesOf(InnerWeights weights)
    {
        _tape.Rewind(0);
        var leaves = weights.WithFast((_, items) => _tape.Leaves(items));
        _leavesEnd = _tape.Length;
        return leaves;
    }
}
