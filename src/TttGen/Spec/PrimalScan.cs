namespace TttGen;

/// <summary>
/// The inner loop of one head as the paper states it: gradients from the tape, θᵢ formed for every token. Slow and plain: what the
/// compiler derives is judged by it.
/// </summary>
/// <typeparam name="TModel">The inner model.</typeparam>
/// <typeparam name="TFeature">The size of keys, values and queries.</typeparam>
/// <typeparam name="TMiniBatch">Tokens that share one θ.</typeparam>
public sealed class PrimalScan<TModel, TFeature, TMiniBatch> where TModel : ISpec<TModel> where TFeature : IDim where TMiniBatch : IDim
{
    private readonly InnerState _state;
    private readonly Vec<TMiniBatch> _tokenRate;
    private readonly Tape _tape = new();
    private InnerWeights _leaves;
    private int _leavesEnd;

    /// <summary>A scan from a state, which it carries on.</summary>
    /// <param name="state">Where it starts.</param>
    /// <param name="tokenRate">tok(i) of each place in a mini-batch.</param>
    public PrimalScan(InnerState state, Vec<TMiniBatch> tokenRate)
    {
        (_state, _tokenRate) = (state, tokenRate);
        _leaves = LeavesOf(state.Weights);
    }

    /// <summary>One token: gradient, sum, θᵢ, answer.</summary>
    public Vec<TFeature> Step(Vec<TFeature> query, Vec<TFeature> key, Vec<TFeature> value, double rate)
    {
        var slopes = _tape.Differentiate(ModelOf(_leaves).Loss(key, value));
        _state.Gather(rate, _leaves.Fast.Select(leaf => leaf.Items.Select(item => slopes[item]).ToArray()));
        _tape.Rewind(_leavesEnd);

        var after = _state.After(_tokenRate.Items[_state.Place - 1].Value);
        var answer = ModelOf(after).Predict(query);
        if (_state.Place == TMiniBatch.Size)
        {
            _state.Close(after);
            _leaves = LeavesOf(after);
        }
        return answer;
    }

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
