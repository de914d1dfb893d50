using System.Numerics;
using TttGen.Cpu;
using TttGen.Numerics.Tests.Spec;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>A generated scan over an inner case: its inputs among NaN, its working memory, outputs and padding poisoned.</summary>
internal sealed unsafe class ScanRun<TScan, T, V> : IDisposable
    where TScan : IScan where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>
{
    private const int RateGap = 3;
    private readonly GuardedRows<T> _key;
    private readonly GuardedRows<T> _value;
    private readonly GuardedRows<T> _query;
    private readonly GuardedRows<T> _rate;
    private readonly GuardedRows<T> _tok;
    private readonly GuardedRows<T> _output;
    private readonly GuardedRows<T> _state = new(1, TScan.Sizes.State);
    private readonly GuardedRows<T> _scratch = new(1, TScan.Sizes.Scratch);
    private readonly GuardedRows<T>[] _slow;
    private readonly int[] _fast;
    private int _read;

    private ScanRun(int feature, int tokens, double[] key, double[] value, double[] query, double[] rate, double[] tokenRate, InnerWeights weights)
    {
        _key = new GuardedRows<T>(tokens, feature, 5).Filled(key);
        _value = new GuardedRows<T>(tokens, feature, 1).Filled(value);
        _query = new GuardedRows<T>(tokens, feature, 2).Filled(query);
        _rate = new GuardedRows<T>(tokens, 1, RateGap).Filled(rate);
        _tok = new GuardedRows<T>(1, tokenRate.Length).Filled(tokenRate);
        _output = new(tokens, feature, 7);
        _output.Poison();
        _slow = [.. weights.All.Where(weight => !weight.Fast).Select(weight => new GuardedRows<T>(1, weight.Items.Length).Filled(weights[weight.Key]))];
        _fast = [.. weights.Fast.Select(weight => weight.Items.Length)];
        _state.Poison();
        foreach (var ((weight, sum), numbers) in Places().Zip(weights.Fast))
        {
            var values = weights[numbers.Key];
            for (var i = 0; i < values.Length; i++) _state.Row(0)[weight + i] = T.CreateChecked(values[i]);
            _state.Row(0).Slice(sum, values.Length).Clear();
        }
    }

    /// <summary>The start of a sequence.</summary>
    /// <param name="tokens">What will be read.</param>
    /// <param name="length">How many of them there is room for; all, where it is not said.</param>
    public static ScanRun<TScan, T, V> Of<TModel, F, K>(InnerCase<TModel, F, K> tokens, int? length = null) where TModel : IInnerModel<TModel, F> where F : IDim where K : IDim =>
        new(F.Size, length ?? tokens.Rate.Length, tokens.Key, tokens.Value, tokens.Query, tokens.Rate, tokens.TokenRate, tokens.Weights);

    /// <summary>Reads the next tokens.</summary>
    public void Read(int tokens)
    {
        _scratch.Poison();
        var slow = new T*[_slow.Length];
        for (var i = 0; i < slow.Length; i++) slow[i] = _slow[i].At(0);
        TScan.Run<T, V>(new ScanCall<T>
        {
            Tokens = tokens,
            Place = _read % TScan.Sizes.MiniBatch,
            Key = _key.At(_read),
            KeyRow = _key.Stride,
            Value = _value.At(_read),
            ValueRow = _value.Stride,
            Query = _query.At(_read),
            QueryRow = _query.Stride,
            Rate = _rate.At(_read),
            RateRow = _rate.Stride,
            Tok = _tok.At(0),
            State = _state.At(0),
            SlowWeights = slow,
            Output = _output.At(_read),
            OutputRow = _output.Stride,
            Scratch = _scratch.At(0),
        });
        _read += tokens;
        Assert.True(_scratch.IsIntact, "wrote beyond its working memory");
        Assert.True(_state.IsIntact, "wrote beyond its state");
        Assert.True(_output.IsIntact, "wrote beside its output rows");
    }

    /// <summary>[tokens, F]: what was answered from a token on.</summary>
    public double[] Outputs(int first = 0) => _output.Numbers(first);

    /// <summary>Fast weights as they are now, in the order of the record, and their gradient sums.</summary>
    public (double[] Weight, double[] Sum)[] End()
    {
        var state = _state.Numbers();
        return [.. Places().Select((place, i) => (state[place.Weight..(place.Weight + _fast[i])], state[place.Sum..(place.Sum + _fast[i])]))];
    }

    /// <summary>Where weights and sums lie within the state: each on a cache line of its own, all weights first.</summary>
    private IEnumerable<(int Weight, int Sum)> Places()
    {
        var at = 0;
        foreach (var size in _fast)
        {
            yield return (at, TScan.Sizes.State / 2 + at);
            at += (size + 15) / 16 * 16;
        }
        Assert.Equal(TScan.Sizes.State, 2 * at);
    }

    public void Dispose()
    {
        foreach (var rows in new[] { _key, _value, _query, _rate, _tok, _output, _state, _scratch }.Concat(_slow)) rows.Dispose();
    }
}
