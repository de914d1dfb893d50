using System.Diagnostics;
using TttGen;
using TttGen.Inference;

namespace NewInnerModel;

/// <summary>One compiled model: how far from the oracle it is, and how fast.</summary>
/// <param name="Name">The record.</param>
/// <param name="Parameters">Numbers in the checkpoint.</param>
/// <param name="PrefillError">Relative error of all rows of logits, read in one call.</param>
/// <param name="DecodeError">The same, token by token.</param>
/// <param name="TokensPerSecond">Of a prefill of <see cref="TimedTokens"/>, all rows of logits.</param>
/// <param name="Gflops">10⁹ operations a second, as the schedule counts them.</param>
internal sealed record Trial(string Name, long Parameters, double PrefillError, double DecodeError, double TokensPerSecond, double Gflops)
{
    public const int CheckedTokens = 41;
    public const int TimedTokens = 2048;

    /// <summary>Creates the model with random weights, checks it, times it.</summary>
    public static Trial Of<TModel>(Func<TModel, Tokens, ReadOnlySpan<double>> apply) where TModel : ISpec<TModel>, IModel<TModel>
    {
        using var model = TModel.Definition.Create(seed: 1, new ModelOptions());
        int[] tokens = RandomTokens(CheckedTokens, model.Vocabulary);
        var expected = apply(Oracle.Of<TModel>(model), new Tokens(tokens));
        var (prefilled, decoded) = (Prefill(model, tokens), Decode(model, tokens));
        double speed = TimedTokens / Seconds(model);
        var (body, head) = TModel.Definition.FlopsPerToken;
        return new Trial(
            TModel.Definition.Name, TModel.Definition.Parameters.Sum(p => p.Count),
            Oracle.RelativeError(prefilled, expected), Oracle.RelativeError(decoded, expected), speed, speed * (body + head) / 1e9);
    }

    private static float[] Prefill(TttModel model, int[] tokens)
    {
        var all = new float[tokens.Length * model.Vocabulary];
        using var state = model.CreateState();
        model.Prefill([state], tokens, [tokens.Length], (_, first, rows) => rows.CopyTo(all.AsSpan(first * model.Vocabulary)));
        return all;
    }

    private static float[] Decode(TttModel model, int[] tokens)
    {
        var all = new float[tokens.Length * model.Vocabulary];
        using var state = model.CreateState();
        for (int t = 0; t < tokens.Length; t++) model.Decode(state, tokens[t], all.AsSpan(t * model.Vocabulary, model.Vocabulary));
        return all;
    }

    /// <summary>The median of five, after one to warm up.</summary>
    private static double Seconds(TttModel model)
    {
        int[] tokens = RandomTokens(TimedTokens, model.Vocabulary);
        using var state = model.CreateState();
        var seconds = new double[6];
        for (int run = 0; run < seconds.Length; run++)
        {
            state.Reset();
            long start = Stopwatch.GetTimestamp();
            model.Prefill([state], tokens, [tokens.Length], static (_, _, _) => { });
            seconds[run] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(seconds, 1, 5);
        return seconds[3];
    }

    private static int[] RandomTokens(int count, int vocabulary)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
    }
}
