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
    private readonly TOptimiser[][] _parts;
    private readonly InnerTape<TModel, TFeature> _tape;
    private int _place;

    /// <summary>A scan from a sequence's start.</summary>
    /// <param name="weights">The memory's weights before the first token.</param>
    public OptimisedScan(InnerWeights weights) => (_parts, _tape) = ([.. weights.Fast.Select(weight => weight.Items.Select(TOptimiser.Start).ToArray())], new(weights));

    /// <summary>What is kept of every element, tensor by tensor in the order of <see cref="InnerWeights.Fast"/>.</summary>
    public IReadOnlyList<IReadOnlyList<TOptimiser>> Parts => _parts;

    /// <summary>The weights that the mini-batch started from.</summary>
    public InnerWeights Start => _tape.Leaves;

    /// <summary>The weights after the last token.</summary>
    public InnerWeights Now => _tape.Leaves.WithFast((tensor, _) => [.. _parts[tensor].Select(part => (Scalar)part.Weight.Value)]);

    /// <summary>One token: gradient, step, answer.</summary>
    public Vec<TFeature> Step(Vec<TFeature> query, Vec<TFeature> key, Vec<TFeature> value, ReadOnlySpan<double> inputs)
    {
        foreach (var (gradient, parts) in _tape.Gradient(key, value).Zip(_parts))
            for (var i = 0; i < parts.Length; i++)
                parts[i] = parts[i].Step(gradient[i], inputs);

        var answer = InnerTape<TModel, TFeature>.ModelOf(Now).Predict(query);
        if (++_place < TMiniBatch.Size) return answer;
        _place = 0;
        foreach (var parts in _parts)
            for (var i = 0; i < parts.Length; i++)
                parts[i] = parts[i].Close();
        _tape.Move(Now);
        return answer;
    }
}
