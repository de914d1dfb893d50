using TttGen.Cpu;

namespace TttGen;

/// <summary>The rows of one sequence, each split into heads: [tokens, heads, feature], float64.</summary>
/// <typeparam name="THeads">How many heads.</typeparam>
/// <typeparam name="TFeature">Elements of one head.</typeparam>
public readonly struct HeadSeq<THeads, TFeature> where THeads : IDim where TFeature : IDim
{
    private readonly double[] _items;

    /// <summary>Rows of these numbers: token by token, within it head by head.</summary>
    /// <exception cref="ArgumentException">No whole rows.</exception>
    public HeadSeq(double[] items)
    {
        Rows = Shape.Rows("a sequence of heads", items.Length, THeads.Size * TFeature.Size);
        _items = items;
    }

    /// <summary>Tokens.</summary>
    public int Rows { get; }

    /// <summary>The numbers: token by token, within it head by head.</summary>
    public ReadOnlySpan<double> Items => _items;

    /// <summary>One head of one token.</summary>
    public ReadOnlySpan<double> Row(int token, int head) => _items.AsSpan((token * THeads.Size + head) * TFeature.Size, TFeature.Size);

    /// <summary>a + b.</summary>
    public static HeadSeq<THeads, TFeature> operator +(HeadSeq<THeads, TFeature> a, HeadSeq<THeads, TFeature> b) =>
        new(Elements.Zip(a._items, b._items, (x, y) => x + y));

    /// <summary>a − b.</summary>
    public static HeadSeq<THeads, TFeature> operator -(HeadSeq<THeads, TFeature> a, HeadSeq<THeads, TFeature> b) =>
        new(Elements.Zip(a._items, b._items, (x, y) => x - y));

    /// <summary>a ⊙ b.</summary>
    public static HeadSeq<THeads, TFeature> operator *(HeadSeq<THeads, TFeature> a, HeadSeq<THeads, TFeature> b) =>
        new(Elements.Zip(a._items, b._items, (x, y) => x * y));

    /// <summary>The heads side by side again: [tokens, heads, feature] → [tokens, width].</summary>
    /// <exception cref="ArgumentException">The width is not heads × feature.</exception>
    [Operation]
    public Seq<TWidth> Join<TWidth>() where TWidth : IDim
    {
        Shape.Check("heads joined to a row", TWidth.Size, THeads.Size, TFeature.Size);
        return new(_items);
    }

    /// <summary>x / √(mean x² + ε) ⊙ scale along each head, whose scale all heads share: the norm of queries and keys of Qwen3 (arXiv 2505.09388, section 2; arXiv 2302.05442).</summary>
    /// <param name="scale">[feature].</param>
    /// <param name="epsilon">ε.</param>
    [Operation]
    public HeadSeq<THeads, TFeature> RmsNorm(Vec<TFeature> scale, double epsilon)
    {
        var normal = new double[_items.Length];
        for (var head = 0; head < normal.Length; head += TFeature.Size)
        {
            var row = _items.AsSpan(head, TFeature.Size);
            var root = Math.Sqrt(Elements.Dot(row, row) / TFeature.Size + epsilon);
            for (var i = 0; i < row.Length; i++) normal[head + i] = row[i] / root * scale.Items[i].Value;
        }
        return new(normal);
    }

    /// <summary>
    /// Rotary position embedding over neighbouring pairs (2i, 2i + 1), by the angle (t modulo period) · theta^(−2i / feature): the place
    /// within a mini-batch is what the memory sees.
    /// </summary>
    /// <exception cref="ArgumentException">The feature size is odd.</exception>
    [Operation]
    public HeadSeq<THeads, TFeature> RotatePairs<TPeriod>(double theta) where TPeriod : IDim =>
        Rotate("rotated pairs", RotaryFrequencies.Of(TFeature.Size, theta), i => (2 * i, 2 * i + 1), TPeriod.Size);

    /// <summary>Rotary position embedding over neighbouring pairs (2i, 2i + 1), by the angle t · theta^(−2i / feature) of the whole place t in the sequence.</summary>
    /// <exception cref="ArgumentException">The feature size is odd.</exception>
    [Operation]
    public HeadSeq<THeads, TFeature> RotatePairs(double theta) => Rotate("rotated pairs", RotaryFrequencies.Of(TFeature.Size, theta), i => (2 * i, 2 * i + 1));

    /// <summary>The same over the halves of a head: the pairs are (i, i + feature / 2), as Hugging Face's Llama has them.</summary>
    /// <exception cref="ArgumentException">The feature size is odd.</exception>
    [Operation]
    public HeadSeq<THeads, TFeature> RotateHalves(double theta) => Rotate("rotated halves", RotaryFrequencies.Of(TFeature.Size, theta), i => (i, i + TFeature.Size / 2));

    /// <summary>
    /// The same with frequencies stretched for sequences longer than those of the training, as <c>rope_scaling</c> of config.json has it: divided by the factor; where a training
    /// length is given (llama3), only those of wavelengths above length / low, not those below length / high, and between the two in between.
    /// </summary>
    /// <param name="theta">Base of the frequencies.</param>
    /// <param name="factor">What they are divided by; 1: nothing changes.</param>
    /// <param name="low">low_freq_factor.</param>
    /// <param name="high">high_freq_factor.</param>
    /// <param name="length">original_max_position_embeddings; 0: all frequencies are divided (linear).</param>
    /// <exception cref="ArgumentException">The feature size is odd.</exception>
    [Operation]
    public HeadSeq<THeads, TFeature> RotateHalves(double theta, double factor, double low, double high, double length)
    {
        var frequencies = RotaryFrequencies.Scaled(TFeature.Size, theta, factor, low, high, length);
        return Rotate("rotated halves", frequencies, i => (i, i + TFeature.Size / 2));
    }

    /// <summary>
    /// Causal attention: yₜ = Σₛ softmaxₛ(qₜ · kₛ / √feature) vₛ over s ≤ t, each head by itself. Fewer key heads than query heads are shared by as many
    /// neighbouring query heads each.
    /// </summary>
    /// <exception cref="ArgumentException">The key heads don't divide the query heads, or the sequences have other lengths.</exception>
    [Operation]
    public HeadSeq<THeads, TFeature> Attend<TGroups>(HeadSeq<TGroups, TFeature> key, HeadSeq<TGroups, TFeature> value) where TGroups : IDim => Attend(key, value, int.MaxValue);

    /// <summary>The same over a sliding window: t − window &lt; s ≤ t.</summary>
    /// <exception cref="ArgumentException">As above, or a window of less than one token.</exception>
    [Operation]
    public HeadSeq<THeads, TFeature> Attend<TGroups>(HeadSeq<TGroups, TFeature> key, HeadSeq<TGroups, TFeature> value, int window) where TGroups : IDim => Attend(key, value, window, 0, 0, null);

    /// <summary>
    /// The same with scores scale · qₜ · kₛ, soft-capped where a cap is given: cap · tanh(score / cap), which stays within ±cap (Gemma 2, arXiv 2408.00118, section 2).
    /// </summary>
    /// <param name="key">[tokens, groups, feature].</param>
    /// <param name="value">[tokens, groups, feature].</param>
    /// <param name="window">Keys that a query sees, its own among them.</param>
    /// <param name="scale">What products of queries and keys are multiplied by; 0: 1 / √feature.</param>
    /// <param name="cap">What scores stay within; 0: they are not capped.</param>
    /// <exception cref="ArgumentException">As above, or a negative cap.</exception>
    [Operation]
    public HeadSeq<THeads, TFeature> Attend<TGroups>(HeadSeq<TGroups, TFeature> key, HeadSeq<TGroups, TFeature> value, int window = int.MaxValue, double scale = 0, double cap = 0) where TGroups : IDim =>
        Attend(key, value, window, scale, cap, null);

    /// <summary>
    /// The same with sinks: one more score for each query head, learnt, that takes part in what the softmax divides by, and has no value (gpt-oss, arXiv 2508.10925, section 2;
    /// arXiv 2309.17453): a query may attend to nothing.
    /// </summary>
    /// <param name="key">[tokens, groups, feature].</param>
    /// <param name="value">[tokens, groups, feature].</param>
    /// <param name="sinks">[heads]: neither scaled nor capped.</param>
    /// <param name="window">Keys that a query sees, its own among them.</param>
    /// <param name="scale">What products of queries and keys are multiplied by; 0: 1 / √feature.</param>
    /// <param name="cap">What scores stay within; 0: they are not capped.</param>
    /// <exception cref="ArgumentException">As above.</exception>
    [Operation]
    public HeadSeq<THeads, TFeature> Attend<TGroups>(
        HeadSeq<TGroups, TFeature> key, HeadSeq<TGroups, TFeature> value, Vec<THeads> sinks, int window = int.MaxValue, double scale = 0, double cap = 0) where TGroups : IDim =>
        Attend(key, value, window, scale, cap, [.. sinks.Items.ToArray().Select(sink => sink.Value)]);

    private HeadSeq<THeads, TFeature> Attend<TGroups>(HeadSeq<TGroups, TFeature> key, HeadSeq<TGroups, TFeature> value, int window, double scale, double cap, double[]? sinks) where TGroups : IDim
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(cap);
        var factor = scale == 0 ? 1 / Math.Sqrt(TFeature.Size) : scale;
        if (THeads.Size % TGroups.Size != 0) throw new ArgumentException($"attention: expected query heads that are a multiple of {TGroups.Size} key heads, found {THeads.Size}");
        if (key.Rows != Rows || value.Rows != Rows) throw new ArgumentException($"attention: expected keys and values of {Rows} tokens, found {key.Rows} and {value.Rows}");
        var answers = new double[_items.Length];
        for (var head = 0; head < THeads.Size; head++)
        {
            var group = head / (THeads.Size / TGroups.Size);
            for (var t = 0; t < Rows; t++)
            {
                var first = Math.Max(0, t - window + 1);
                var query = Row(t, head);
                var scores = new double[t + 1 - first];
                for (var s = first; s <= t; s++)
                {
                    var score = Elements.Dot(query, key.Row(s, group)) * factor;
                    scores[s - first] = cap == 0 ? score : cap * Math.Tanh(score / cap);
                }
                var most = Math.Max(scores.Max(), sinks?[head] ?? double.NegativeInfinity);
                var weights = scores.Select(score => Math.Exp(score - most)).ToArray();
                var sum = weights.Sum() + (sinks is null ? 0 : Math.Exp(sinks[head] - most));
                var answer = answers.AsSpan((t * THeads.Size + head) * TFeature.Size, TFeature.Size);
                for (var s = first; s <= t; s++)
                    for (var i = 0; i < TFeature.Size; i++) answer[i] += weights[s - first] / sum * value.Row(s, group)[i];
            }
        }
        return new(answers);
    }

    private HeadSeq<THeads, TFeature> Rotate(string what, double[] frequencies, Func<int, (int First, int Second)> pair, int period = int.MaxValue)
    {
        if (TFeature.Size % 2 != 0) throw new ArgumentException($"{what}: expected an even feature size, found {TFeature.Size}");
        var rotated = new double[_items.Length];
        for (var row = 0; row < rotated.Length; row += TFeature.Size)
        {
            var place = row / (THeads.Size * TFeature.Size) % period;
            for (var i = 0; i < TFeature.Size / 2; i++)
            {
                var (first, second) = pair(i);
                var (sine, cosine) = Math.SinCos(place * frequencies[i]);
                rotated[row + first] = _items[row + first] * cosine - _items[row + second] * sine;
                rotated[row + second] = _items[row + first] * sine + _items[row + second] * cosine;
            }
        }
        return new(rotated);
    }
}
