namespace TttGen;

/// <summary>One inner model a head, each with weights of its own; [Shared] ones are the same for all.</summary>
/// <typeparam name="THeads">How many heads.</typeparam>
/// <typeparam name="TModel">The inner model.</typeparam>
public sealed class PerHead<THeads, TModel> where THeads : IDim where TModel : ISpec<TModel>
{
    private readonly InnerWeights[] _heads;

    /// <summary>Inner models of these weights, head by head.</summary>
    public PerHead(InnerWeights[] heads) => (_heads, End) = (heads, [.. heads.Select(InnerState.Start)]);

    /// <summary>Where <see cref="Learn{TFeature, TMiniBatch}"/> stopped last, head by head.</summary>
    public IReadOnlyList<InnerState> End { get; private set; }

    /// <summary>The weights of the last token that <see cref="Learn{TFeature, TMiniBatch, TOptimiser}"/> read, head by head; none before it.</summary>
    public IReadOnlyList<InnerWeights> Moved { get; private set; } = [];

    /// <summary>
    /// The TTT scan (paper, section 2.4): every head's model is trained on its keys and values, one token after another, and answers each
    /// token's query after that token: oᵢ = Predict(qᵢ; θᵢ), θᵢ = θ − tok(i) Σ_{s ≤ i} rate(s) ∇Loss(kₛ, vₛ; θ), θ the weights at the
    /// mini-batch's start; the next mini-batch starts from the last θᵢ.
    /// </summary>
    /// <typeparam name="TFeature">The size of keys, values and queries.</typeparam>
    /// <typeparam name="TMiniBatch">Tokens that share one θ.</typeparam>
    /// <param name="query">What the model is asked.</param>
    /// <param name="key">What the model learns from.</param>
    /// <param name="value">What it learns, as Loss gets it.</param>
    /// <param name="rate">The inner rate of each token and head.</param>
    /// <param name="tokenRate">tok(i): what the gradients so far are scaled by at each place of a mini-batch.</param>
    /// <exception cref="TttException">The model is not one of vectors of this feature size.</exception>
    [Operation]
    public HeadSeq<THeads, TFeature> Learn<TFeature, TMiniBatch>(
        HeadSeq<THeads, TFeature> query, HeadSeq<THeads, TFeature> key, HeadSeq<THeads, TFeature> value, Seq<THeads> rate, Vec<TMiniBatch> tokenRate)
        where TFeature : IDim where TMiniBatch : IDim
    {
        var output = new double[query.Items.Length];
        End = [.. _heads.Select(InnerState.Start)];
        for (var head = 0; head < _heads.Length; head++)
        {
            var scan = new PrimalScan<TModel, TFeature, TMiniBatch>(End[head], tokenRate);
            for (var t = 0; t < query.Rows; t++)
            {
                var answer = scan.Step(new(query.Row(t, head)), new(key.Row(t, head)), new(value.Row(t, head)), rate.Row(t)[head]);
                for (var i = 0; i < TFeature.Size; i++) output[(t * THeads.Size + head) * TFeature.Size + i] = answer.Items[i].Value;
            }
        }
        return new(output);
    }

    /// <summary>
    /// The scan under another optimiser: every element of the fast weights is stepped by each token's gradient, taken at the weights that the mini-batch
    /// started from, and the answer to the token's query is given with the weights after it.
    /// </summary>
    /// <typeparam name="TFeature">The size of keys, values and queries.</typeparam>
    /// <typeparam name="TMiniBatch">Tokens whose gradients are taken at the same weights.</typeparam>
    /// <typeparam name="TOptimiser">How the weights move.</typeparam>
    /// <param name="query">What the model is asked.</param>
    /// <param name="key">What the model learns from.</param>
    /// <param name="value">What it learns, as Loss gets it.</param>
    /// <param name="inputs">What the optimiser's step takes after the gradient, of each token and head, in its order.</param>
    /// <exception cref="TttException">The model is not one of vectors of this feature size, or the step takes another number of inputs.</exception>
    [Operation("LearnWith")]
    public HeadSeq<THeads, TFeature> Learn<TFeature, TMiniBatch, TOptimiser>(
        HeadSeq<THeads, TFeature> query, HeadSeq<THeads, TFeature> key, HeadSeq<THeads, TFeature> value, params Seq<THeads>[] inputs)
        where TFeature : IDim where TMiniBatch : IDim where TOptimiser : IInnerOptimiser<TOptimiser>
    {
        if (inputs.Length != TOptimiser.Inputs)
            throw new TttException($"Learn with {typeof(TOptimiser).Name}: expected {TOptimiser.Inputs} inputs after the value, found {inputs.Length}");
        var output = new double[query.Items.Length];
        var given = new double[inputs.Length];
        var moved = new InnerWeights[_heads.Length];
        for (var head = 0; head < _heads.Length; head++)
        {
            var scan = new OptimisedScan<TModel, TFeature, TMiniBatch, TOptimiser>(_heads[head]);
            for (var t = 0; t < query.Rows; t++)
            {
                for (var k = 0; k < given.Length; k++) given[k] = inputs[k].Row(t)[head];
                var answer = scan.Step(new(query.Row(t, head)), new(key.Row(t, head)), new(value.Row(t, head)), given);
                for (var i = 0; i < TFeature.Size; i++) output[(t * THeads.Size + head) * TFeature.Size + i] = answer.Items[i].Value;
            }
            moved[head] = scan.Now;
        }
        Moved = moved;
        return new(output);
    }
}
