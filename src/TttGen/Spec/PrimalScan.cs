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
    private readonly InnerTape<TModel, TFeature> _tape;

    /// <summary>A scan from a state, which it carries on.</summary>
    /// <param name="state">Where it starts.</param>
    /// <param name="tokenRate">tok(i) of each place in a mini-batch.</param>
    public PrimalScan(InnerState state, Vec<TMiniBatch> tokenRate) => (_state, _tokenRate, _tape) = (state, tokenRate, new(state.Weights));

    /// <summary>One token: gradient, sum, θᵢ, answer.</summary>
    public Vec<TFeature> Step(Vec<TFeature> query, Vec<TFeature> key, Vec<TFeature> value, double rate)
    {
        _state.Gather(rate, _tape.Gradient(key, value));
        var after = _state.After(_tokenRate.Items[_state.Place - 1].Value);
        var answer = InnerTape<TModel, TFeature>.ModelOf(after).Predict(query);
        if (_state.Place == TMiniBatch.Size)
        {
            _state.Close(after);
            _tape.Move(after);
        }
        return answer;
    }
}
