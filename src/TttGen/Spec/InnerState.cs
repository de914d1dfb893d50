namespace TttGen;

/// <summary>What one head's memory carries from token to token: θ, Σ rate(s) ∇Loss, and the place in the mini-batch.</summary>
public sealed class InnerState
{
    private InnerState(InnerWeights weights)
    {
        Weights = weights;
        GradientSum = [.. weights.Fast.Select(weight => new double[weight.Items.Length])];
    }

    /// <summary>θ: the weights at the mini-batch's start.</summary>
    public InnerWeights Weights { get; private set; }

    /// <summary>Σ rate(s) ∇Loss over the mini-batch's tokens so far, tensor by tensor, in the order of <see cref="InnerWeights.Fast"/>.</summary>
    public IReadOnlyList<double[]> GradientSum { get; }

    /// <summary>Tokens of the mini-batch so far.</summary>
    public int Place { get; private set; }

    /// <summary>The state before a sequence's first token.</summary>
    public static InnerState Start(InnerWeights weights) => new(weights);

    /// <summary>One token's gradient joins the sum.</summary>
    internal void Gather(double rate, IEnumerable<double[]> gradients)
    {
        foreach (var (sum, gradient) in GradientSum.Zip(gradients))
            for (var i = 0; i < sum.Length; i++)
                sum[i] += rate * gradient[i];
        Place++;
    }

    /// <summary>θ − tok Σ rate(s) ∇Loss.</summary>
    internal InnerWeights After(double tok) => Weights.WithFast((tensor, items) =>
    {
        var after = new Scalar[items.Length];
        for (var i = 0; i < after.Length; i++) after[i] = items[i].Value - tok * GradientSum[tensor][i];
        return after;
    });

    /// <summary>The next mini-batch starts from these weights.</summary>
    internal void Close(InnerWeights weights)
    {
        Weights = weights;
        Place = 0;
        foreach (var sum in GradientSum) Array.Clear(sum);
    }
}
