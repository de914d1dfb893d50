namespace TttGen.Numerics.Tests.Spec;

/// <summary>An inner model with random weights and random tokens to learn from: what a derived kernel is fed, and what the oracle makes of it.</summary>
/// <typeparam name="TModel">The inner model.</typeparam>
/// <typeparam name="F">The size of keys, values and queries.</typeparam>
/// <typeparam name="K">Tokens of a mini-batch.</typeparam>
public sealed class InnerCase<TModel, F, K> where TModel : IInnerModel<TModel, F> where F : IDim where K : IDim
{
    private InnerCase(InnerWeights weights) => Weights = weights;

    /// <summary>θ before the first token, and the slow weights.</summary>
    public InnerWeights Weights { get; }

    /// <summary>[T, F].</summary>
    public required double[] Query { get; init; }

    /// <summary>[T, F].</summary>
    public required double[] Key { get; init; }

    /// <summary>[T, F].</summary>
    public required double[] Value { get; init; }

    /// <summary>[T].</summary>
    public required double[] Rate { get; init; }

    /// <summary>[K].</summary>
    public required double[] TokenRate { get; init; }

    /// <summary>Everything drawn so large that an error anywhere shows, and so small that learning stays stable; all of it exact in float32.</summary>
    public static InnerCase<TModel, F, K> Draw(int tokens, int seed)
    {
        var random = new Random(seed);
        double[] Normal(long count, double scale, double mean = 0) => [.. Enumerable.Range(0, (int)count).Select(_ => (double)(float)(mean + scale * Initialisation.Normal(random)))];
        double[] Uniform(int count, double scale) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)(scale * random.NextDouble()))];

        var kinds = ParameterList.Of<TModel>().ToDictionary(parameter => parameter.Info.Key, parameter => parameter.Kind);
        var head = new TensorBinder(
            info => kinds[info.Key] == ParameterKind.Matrix ? Normal(info.Count, 0.4) : Normal(info.Count, 0.2, Initialisation.VectorStart(info.Key)),
            (_, fallback) => fallback).PerHead<One, TModel>("");
        return new(head.End[0].Weights)
        {
            Query = Normal(tokens * F.Size, 0.7),
            Key = Normal(tokens * F.Size, 0.7),
            Value = Normal(tokens * F.Size, 0.7),
            Rate = Uniform(tokens, 2.0 / F.Size), // the layers divide by F too: a gradient step grows with it
            TokenRate = [.. Uniform(K.Size, 0.2).Select((drawn, i) => (double)(1f / (i + 1) + (float)drawn))],
        };
    }

    /// <summary>The same tokens with some things set by hand.</summary>
    public InnerCase<TModel, F, K> With(double[]? value = null, double[]? rate = null, double[]? tokenRate = null, InnerWeights? weights = null) => new(weights ?? Weights)
    {
        Query = Query,
        Key = Key,
        Value = value ?? Value,
        Rate = rate ?? Rate,
        TokenRate = tokenRate ?? TokenRate,
    };

    /// <summary>Outputs [T, F] and the state after the last token, by the primal scan.</summary>
    /// <param name="read">Sees the state after each token, with the number of tokens so far.</param>
    public (double[] Outputs, InnerState End) RunOracle(Action<int, InnerState>? read = null)
    {
        var state = InnerState.Start(Weights);
        var scan = new PrimalScan<TModel, F, K>(state, new Vec<K>(TokenRate));
        var outputs = new List<double>();
        for (var t = 0; t < Rate.Length; t++)
        {
            foreach (var item in scan.Step(Row(Query, t), Row(Key, t), Row(Value, t), Rate[t]).Items)
                outputs.Add(item.Value);
            read?.Invoke(t + 1, state);
        }
        return ([.. outputs], state);
    }

    private static Vec<F> Row(double[] rows, int t) => new(rows.AsSpan(t * F.Size, F.Size));
}
