using System.Numerics;
using TttGen.Cpu;

namespace TttGen.Runtime.Tests.Cpu;

/// <summary>Attention and its gradient against plain loops in float64. Tiles and results hold NaN before they are written, rows end at inaccessible memory, and what lies between heads stays as it was.</summary>
public abstract unsafe class AttentionTests<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct, ILanes<V, T>
{
    private static bool IsDouble => typeof(T) == typeof(double);

    /// <summary>Features, group, window, position, count, cap, whether there are sinks.</summary>
    public static TheoryData<int, int, int, int, int, double, bool> Shapes()
    {
        var shapes = new TheoryData<int, int, int, int, int, double, bool>();
        (int Features, int Group)[] heads = [(16, 1), (20, 3), (64, 2), (96, 1), (128, 1), (2, 4), (64, 70)];
        (int Window, int Position, int Count)[] parts = [(0, 0, 1), (0, 63, 1), (0, 64, 15), (17, 100, 50), (1, 5, 64), (64, 0, 130), (100, 130, 17), (0, 1, 300), (7, 1000, 2)];
        foreach (var (features, group) in heads)
            foreach (var (window, position, count) in parts)
                if (group <= 4 || count <= 17)
                {
                    shapes.Add(features, group, window, position, count, 0, false);
                    shapes.Add(features, group, window, position, count, count % 2 == 0 ? 0 : 1.5, true);
                    if (group > 1) shapes.Add(features, group, window, position, count, 0.7, false);
                }
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Answers_are_means_of_the_values_seen(int features, int group, int window, int position, int count, double cap, bool hasSinks)
    {
        using var attention = new Case(features, group, window, position, count, cap, hasSinks);
        attention.Forward();
        attention.Compare(attention.Answers, attention.Oracle().Answers, IsDouble ? 1e-12 : 2e-6, "answers");
        attention.Compare(attention.Statistics, attention.Oracle().Statistics, IsDouble ? 1e-12 : 2e-6, "statistics");
    }

    /// <summary>Keys and values in two bytes: the answers are those of the rounded numbers.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Answers_of_a_cache_in_bf16_are_means_of_rounded_values(int features, int group, int window, int position, int count, double cap, bool hasSinks)
    {
        if (IsDouble) return;
        using var attention = new Case(features, group, window, position, count, cap, hasSinks, CacheType.BFloat16);
        attention.Forward();
        attention.Compare(attention.Answers, attention.Oracle().Answers, 2e-6, "answers");
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gradients_are_those_of_the_mean(int features, int group, int window, int position, int count, double cap, bool hasSinks)
    {
        using var attention = new Case(features, group, window, position, count, cap, hasSinks);
        attention.Forward();
        attention.Backward();
        var (dQuery, dKey, dValue, dSinks) = attention.OracleGradients();
        if (hasSinks) attention.Compare(attention.DSinks, dSinks, IsDouble ? 1e-11 : 1e-5, "dSinks");
        attention.Compare(attention.DQuery, dQuery, IsDouble ? 1e-11 : 1e-5, "dQuery");
        attention.Compare(attention.DKey, dKey, IsDouble ? 1e-11 : 1e-5, "dKey");
        attention.Compare(attention.DValue, dValue, IsDouble ? 1e-11 : 1e-5, "dValue");
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1.5, false)]
    [InlineData(0, true)]
    [InlineData(0.8, true)]
    public void The_loops_that_gradients_are_compared_with_agree_with_differences(double cap, bool hasSinks)
    {
        using var attention = new Case(6, 2, 5, 3, 9, cap, hasSinks);
        var (dQuery, dKey, dValue, dSinks) = attention.OracleGradients();
        List<(double[] Numbers, int First, double[] Gradient)> operands = [(attention.Q, 0, dQuery), (attention.K, 3 * 6, dKey), (attention.Values, 3 * 6, dValue)];
        if (hasSinks) operands.Add((attention.SinksOfRows, 0, dSinks));
        foreach (var (numbers, first, gradient) in operands)
            for (var e = 0; e < gradient.Length; e += 5)
            {
                var (at, kept) = (first + e, numbers[first + e]);
                double Loss(double by)
                {
                    numbers[at] = kept + by;
                    var loss = attention.Oracle().Answers.Zip(attention.D, (y, d) => y * d).Sum();
                    numbers[at] = kept;
                    return loss;
                }
                Assert.Equal((Loss(1e-5) - Loss(-1e-5)) / 2e-5, gradient[e], 1e-8);
            }
    }

    /// <summary>One key head's queries, keys and values; rows have a guard of NaN between them.</summary>
    private sealed class Case : IDisposable
    {
        private const int Guard = 3;
        private readonly int _features, _group, _window, _position, _count, _stride;
        private readonly List<GuardedMemory<T>> _pages = [];
        private readonly T*[] _tiles;
        private readonly double _cap;
        private readonly bool _hasSinks;
        private readonly CacheType _cache;
        private readonly GuardedMemory<T> _query, _key, _value, _dAnswers, _sinks, _scratch;

        public Case(int features, int group, int window, int position, int count, double cap, bool hasSinks, CacheType cache = CacheType.Float32)
        {
            _cache = cache;
            (_features, _group, _window, _position, _count, _stride, _cap, _hasSinks) = (features, group, window, position, count, group * features + Guard, (double)(float)cap, hasSinks);
            var random = new Random(features + 10 * window + count);
            double[] Draw(int length) => [.. Enumerable.Range(0, length).Select(_ => IsDouble ? random.NextDouble() * 4 - 2 : (double)(float)(random.NextDouble() * 4 - 2))];
            (Q, D) = (Draw(count * group * features), Draw(count * group * features));
            (K, Values) = (Draw((position + count) * features), Draw((position + count) * features));
            (_query, _dAnswers) = (Rows(Q, group * features), Rows(D, group * features));
            (_key, _value) = (Rows(K, features), Rows(Values, features));
            (Answers, DQuery) = (Rows(null, group * features), Rows(null, group * features));
            (DKey, DValue) = (Rows(null, features), Rows(null, features));
            Statistics = Rows(null, group);
            SinksOfRows = Draw(count * group);
            (_sinks, DSinks) = (Rows(SinksOfRows, group), Rows(null, group));
            _scratch = new((int)Math.Max(AttentionForward.ScratchSize(features, group), AttentionBackward.ScratchSize(features, group)));

            // tiles before every window are not there
            var firstSeen = window == 0 ? 0 : Math.Max(0, position - window + 1) / KeyValueTile.Tokens;
            _tiles = new T*[(position + count + 63) / 64];
            for (var tile = 0; tile < _tiles.Length; tile++)
            {
                _pages.Add(new((16 + KeyValueTile.Size(features)) / (cache == CacheType.BFloat16 ? 2 : 1)));
                _tiles[tile] = _pages[^1].Pointer;
            }
            fixed (T** tiles = _tiles)
            {
                // in two parts, as calls would
                var some = (position + count) / 3;
                KeyValueTile.Append<T, V>(some, 0, features, tiles, 16, _key.Pointer, features + Guard, _value.Pointer, features + Guard, cache);
                KeyValueTile.Append<T, V>(position + count - some, some, features, tiles, 16, _key.Pointer + some * (features + Guard), features + Guard, _value.Pointer + some * (features + Guard), features + Guard, cache);
            }
            if (cache == CacheType.BFloat16) (K, Values) = ([.. K.Select(Rounded)], [.. Values.Select(Rounded)]);
            for (var tile = 0; tile < firstSeen; tile++) _tiles[tile] = null;
        }

        public double[] Q { get; }

        public double[] K { get; }

        public double[] Values { get; }

        public double[] D { get; }

        public GuardedMemory<T> Answers { get; }

        public GuardedMemory<T> Statistics { get; }

        public GuardedMemory<T> DQuery { get; }

        public GuardedMemory<T> DKey { get; }

        public GuardedMemory<T> DValue { get; }

        /// <summary>[count, group]: of another number in every row.</summary>
        public double[] SinksOfRows { get; }

        public GuardedMemory<T> DSinks { get; }

        private double Scale => 1 / Math.Sqrt(_features);

        public void Forward()
        {
            fixed (T** tiles = _tiles)
                AttentionForward.Run<T, V>(_count, _position, _features, _group, Scale, _window, tiles, 16, _query.Pointer, _stride, Answers.Pointer, _stride, Statistics.Pointer, _group + Guard, _scratch.Pointer,
                    _cap, _hasSinks ? _sinks.Pointer : null, _group + Guard, _cache);
        }

        public void Backward()
        {
            fixed (T** tiles = _tiles)
                AttentionBackward.Run<T, V>(_count, _position, _features, _group, Scale, _window, tiles, 16, _query.Pointer, _stride, Answers.Pointer, _stride, Statistics.Pointer, _group + Guard,
                    _dAnswers.Pointer, _stride, DQuery.Pointer, _stride, DKey.Pointer, _features + Guard, DValue.Pointer, _features + Guard, _scratch.Pointer,
                    _cap, _hasSinks ? _sinks.Pointer : null, _group + Guard, _hasSinks ? DSinks.Pointer : null, _group + Guard);
        }

        public (double[] Answers, double[] Statistics) Oracle()
        {
            var (answers, statistics) = (new double[Q.Length], new double[_count * _group]);
            Each((row, s, weight, sum, _) =>
            {
                for (var f = 0; f < _features; f++) answers[row * _features + f] += weight * Values[s * _features + f];
                statistics[row] = Math.Log(sum);
            });
            return (answers, statistics);
        }

        public (double[] DQuery, double[] DKey, double[] DValue, double[] DSinks) OracleGradients()
        {
            var (dQuery, dKey, dValue) = (new double[Q.Length], new double[_count * _features], new double[_count * _features]);
            var dSinks = Each((row, s, weight, _, dScore) =>
            {
                for (var f = 0; f < _features; f++)
                {
                    dQuery[row * _features + f] += dScore * K[s * _features + f];
                    if (s < _position) continue;
                    dKey[(s - _position) * _features + f] += dScore * Q[row * _features + f];
                    dValue[(s - _position) * _features + f] += weight * D[row * _features + f];
                }
            });
            return (dQuery, dKey, dValue, dSinks);
        }

        /// <summary>Every row of queries and key that it sees: the weight, what it was divided by, and the gradient of their product. Answers the gradient of the sinks.</summary>
        private double[] Each(Action<int, int, double, double, double> pair)
        {
            var dSinks = new double[_count * _group];
            for (var row = 0; row < _count * _group; row++)
            {
                var t = _position + row / _group;
                var first = _window == 0 ? 0 : Math.Max(0, t - _window + 1);
                var scores = Enumerable.Range(first, t + 1 - first).Select(s => Scale * Dot(Q, row, K, s)).ToArray();
                var weights = scores.Select(score => Math.Exp(_cap == 0 ? score : _cap * Math.Tanh(score / _cap))).ToArray();
                var slopes = scores.Select(score => _cap == 0 ? 1 : 1 / (Math.Cosh(score / _cap) * Math.Cosh(score / _cap))).ToArray();
                var sink = _hasSinks ? Math.Exp(SinksOfRows[row]) : 0;
                var sum = weights.Sum() + sink;
                var dWeights = Enumerable.Range(first, t + 1 - first).Select(s => Dot(D, row, Values, s)).ToArray();
                var mean = weights.Zip(dWeights, (w, d) => w / sum * d).Sum();
                for (var s = first; s <= t; s++) pair(row, s, weights[s - first] / sum, sum, weights[s - first] / sum * (dWeights[s - first] - mean) * slopes[s - first] * Scale);
                dSinks[row] = -sink / sum * mean;
            }
            return dSinks;
        }

        /// <summary>To eight bits of mantissa, ties to even.</summary>
        private static double Rounded(double x)
        {
            var unit = Math.Pow(2, Math.Floor(Math.Log2(Math.Abs(x))) - 7);
            return x == 0 ? 0 : Math.Round(x / unit, MidpointRounding.ToEven) * unit;
        }

        private double Dot(double[] a, int row, double[] b, int s)
        {
            double sum = 0;
            for (var f = 0; f < _features; f++) sum += a[row * _features + f] * b[s * _features + f];
            return sum;
        }

        /// <summary>By the norm, or that of numbers of size one where the result is nothing (one key only); and nothing was written between the rows.</summary>
        public void Compare(GuardedMemory<T> found, double[] expected, double tolerance, string what)
        {
            var columns = expected.Length / _count;
            double error = 0, norm = expected.Length;
            for (var row = 0; row < _count; row++)
            {
                for (var c = 0; c < columns; c++)
                {
                    var (x, y) = (double.CreateTruncating(found.Pointer[row * (columns + Guard) + c]), expected[row * columns + c]);
                    Assert.True(double.IsFinite(x), $"{what}: row {row}, column {c} is {x}");
                    (error, norm) = (error + (x - y) * (x - y), norm + y * y);
                }
                if (row + 1 < _count)
                    for (var c = 0; c < Guard; c++) Assert.True(T.IsNaN(found.Pointer[row * (columns + Guard) + columns + c]), $"{what}: written past row {row}");
            }
            Assert.True(Math.Sqrt(error) <= tolerance * Math.Sqrt(norm), $"{what}: relative error {Math.Sqrt(error / norm):E2}, expected at most {tolerance:E1}");
            found.AssertUntouchedBefore();
        }

        public void Dispose()
        {
            foreach (var page in _pages) page.Dispose();
            foreach (var memory in new[] { _query, _key, _value, _dAnswers, _sinks, _scratch, Answers, Statistics, DQuery, DKey, DValue, DSinks }) memory.Dispose();
        }

        private static GuardedMemory<T> Rows(double[]? numbers, int columns, int count)
        {
            var rows = new GuardedMemory<T>((count - 1) * (columns + Guard) + columns);
            if (numbers is not null)
                for (var e = 0; e < numbers.Length; e++) rows.Pointer[e / columns * (columns + Guard) + e % columns] = T.CreateTruncating(numbers[e]);
            return rows;
        }

        private GuardedMemory<T> Rows(double[]? numbers, int columns) => Rows(numbers, columns, numbers is null ? _count : numbers.Length / columns);
    }
}

public sealed class Attention512Tests : AttentionTests<float, Lanes512>;

public sealed class Attention256Tests : AttentionTests<float, Lanes256>;

public sealed class Attention128Tests : AttentionTests<float, Lanes128>;

public sealed class AttentionDouble512Tests : AttentionTests<double, Lanes512d>;

public sealed class AttentionDouble128Tests : AttentionTests<double, Lanes128d>;
