using System.Numerics;
using TttGen.Cpu;
using TttGen.Numerics.Tests.Spec;

namespace TttGen.Numerics.Tests.Backward;

/// <summary>
/// One memory's scan over drawn tokens, and L = Σ r ⊙ outputs + Σ s ⊙ (θ, G after the last token) with drawn r and s: its gradient by generated code,
/// and its slopes by differences of the spec's own run.
/// </summary>
internal sealed class ScanGradients<TModel, F, K, TScan> where TModel : IInnerModel<TModel, F> where F : IDim where K : IDim where TScan : IScan
{
    /// <summary>Columns between the end of a row and the start of the next: theirs is another tensor, which nobody may touch.</summary>
    private const int Gap = 3;

    /// <summary>What added-to gradients hold before.</summary>
    private const double Before = 0.25;

    private readonly InnerCase<TModel, F, K> _case;
    private readonly double[] _outputSeed, _stateSeed;
    private readonly InnerWeight[] _fast, _slow;

    public ScanGradients(int tokens, int seed)
    {
        _case = InnerCase<TModel, F, K>.Draw(tokens, seed);
        _fast = [.. _case.Weights.Fast];
        _slow = [.. _case.Weights.All.Where(w => !w.Fast)];
        var random = new Random(seed + 1);
        _outputSeed = [.. Enumerable.Range(0, tokens * F.Size).Select(_ => Initialisation.Normal(random))];
        _stateSeed = [.. Enumerable.Range(0, 2 * _fast.Sum(w => w.Items.Length)).Select(_ => Initialisation.Normal(random))];
    }

    private int Tokens => _case.Rate.Length;

    private int PlaceAtEnd => Tokens % K.Size;

    /// <summary>What L depends on, each with a name: a change in place, and the gradient's key.</summary>
    private IEnumerable<(string Name, int Count, Action<int, double> Add)> Variables()
    {
        (string, double[])[] rows = [("query", _case.Query), ("key", _case.Key), ("value", _case.Value), ("rate", _case.Rate), ("tok", _case.TokenRate)];
        foreach (var (name, items) in rows) yield return (name, items.Length, (i, by) => items[i] += by);
        foreach (var weight in _fast.Concat(_slow)) yield return (weight.Key, weight.Items.Length, (i, by) => weight.Items[i] = weight.Items[i].Value + by);
    }

    /// <summary>L, by the executable spec.</summary>
    private double Loss()
    {
        var (outputs, end) = _case.RunOracle();
        var state = end.Weights.Fast.SelectMany(w => w.Items.Select(i => i.Value)).Concat(end.GradientSum.SelectMany(s => s));
        return outputs.Zip(_outputSeed, (a, b) => a * b).Sum() + state.Zip(_stateSeed, (a, b) => a * b).Sum();
    }

    /// <summary>For every tensor: slopes of L along drawn directions by differences of eighth order, and the same by a gradient.</summary>
    public IEnumerable<(string Name, double[] Measured, double[] Derived)> Slopes(IReadOnlyDictionary<string, double[]> gradient, int directions, int seed)
    {
        const double Step = 1e-3;
        double[] weights = [4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280];
        var random = new Random(seed);
        foreach (var (name, count, add) in Variables())
        {
            var measured = new double[directions];
            var derived = new double[directions];
            for (var d = 0; d < directions; d++)
            {
                double[] along = [.. Enumerable.Range(0, count).Select(_ => Initialisation.Normal(random) / Math.Sqrt(count))];
                double At(double step)
                {
                    for (var i = 0; i < count; i++) add(i, step * along[i]);
                    var loss = Loss();
                    for (var i = 0; i < count; i++) add(i, -step * along[i]);
                    return loss;
                }
                for (var s = 1; s <= weights.Length; s++) measured[d] += weights[s - 1] * (At(s * Step) - At(-s * Step)) / Step;
                derived[d] = along.Zip(gradient[name], (a, b) => a * b).Sum();
            }
            yield return (name, measured, derived);
        }
    }

    /// <summary>The gradient by name, from calls that end at each cut and at the last token. Everything that must be written starts as NaN.</summary>
    public unsafe IReadOnlyDictionary<string, double[]> Of<T, V>(int checkpointEvery, params int[] cuts)
        where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>
    {
        var row = F.Size + Gap;
        Pinned<T> key = Rows<T>(_case.Key), value = Rows<T>(_case.Value), query = Rows<T>(_case.Query), dOutput = Rows<T>(_outputSeed), output = new(Tokens * row);
        Pinned<T> rate = new(_case.Rate), tok = new(_case.TokenRate), slow = new(SlowItems());
        Pinned<T> dKey = new(Tokens * row), dValue = new(Tokens * row), dQuery = new(Tokens * row), dRate = new(Tokens), dTok = new(K.Size), dSlow = new(slow.Items.Length);
        dTok.Items.Fill(T.CreateChecked(Before));
        dSlow.Items.Fill(T.CreateChecked(Before));
        var dState = new Pinned<T>(TScan.StateSize);
        Place(dState, _stateSeed);
        if (PlaceAtEnd == 0) dState.Items[(TScan.StateSize / 2)..].Fill(T.NaN);

        int[] starts = [0, .. cuts], ends = [.. cuts, Tokens];
        var states = new Pinned<T>[starts.Length];
        var state = new Pinned<T>(TScan.StateSize);
        state.Items.Clear();
        Place(state, [.. _fast.SelectMany(w => w.Items.Select(i => i.Value)), .. new double[_stateSeed.Length / 2]]);
        for (var c = 0; c < starts.Length; c++)
        {
            states[c] = new(state.Read());
            var call = Call(c);
            call.State = state.Pointer;
            call.Output = output.Pointer + starts[c] * row;
            var scratch = new Pinned<T>(TScan.ForwardScratch);
            call.Scratch = scratch.Pointer;
            TScan.Forward<T, V>(call);
        }
        for (var c = starts.Length - 1; c >= 0; c--)
        {
            var call = Call(c);
            var kept = new Pinned<T>(TScan.CheckpointsSize(call.Tokens, checkpointEvery));
            var scratch = new Pinned<T>(TScan.BackwardScratch);
            var before = states[c].Read();
            call.CheckpointEvery = checkpointEvery;
            call.State = states[c].Pointer;
            call.DState = dState.Pointer;
            call.Kept = kept.Pointer;
            call.Scratch = scratch.Pointer;
            TScan.Backward<T, V>(call);
            Assert.Equal(before, states[c].Read());
        }

        var found = new Dictionary<string, double[]>
        {
            ["key"] = Dense(dKey),
            ["value"] = Dense(dValue),
            ["query"] = Dense(dQuery),
            ["rate"] = dRate.Read(),
            ["tok"] = [.. dTok.Read().Select(x => x - Before)],
        };
        var at = 0;
        foreach (var w in _fast)
        {
            found[w.Key] = dState.Read()[at..(at + w.Items.Length)];
            at += (w.Items.Length + 15) / 16 * 16;
        }
        at = 0;
        foreach (var w in _slow)
        {
            found[w.Key] = [.. dSlow.Read()[at..(at + w.Items.Length)].Select(x => x - Before)];
            at += w.Items.Length;
        }
        foreach (var (name, items) in found) Assert.True(items.All(double.IsFinite), $"{name}: {items.Count(x => !double.IsFinite(x))} of {items.Length} were never written, or come from what was not");
        return found;

        ScanCall<T> Call(int c) => new()
        {
            Tokens = ends[c] - starts[c],
            Place = starts[c] % K.Size,
            Row = row,
            Key = key.Pointer + starts[c] * row,
            Value = value.Pointer + starts[c] * row,
            Query = query.Pointer + starts[c] * row,
            Rate = rate.Pointer + starts[c],
            Tok = tok.Pointer,
            Slow = slow.Pointer,
            DSlow = dSlow.Pointer,
            DOutput = dOutput.Pointer + starts[c] * row,
            DKey = dKey.Pointer + starts[c] * row,
            DValue = dValue.Pointer + starts[c] * row,
            DQuery = dQuery.Pointer + starts[c] * row,
            DRate = dRate.Pointer + starts[c],
            DTok = dTok.Pointer,
        };
    }

    private double[] SlowItems() => [.. _slow.SelectMany(w => w.Items.Select(i => i.Value))];

    /// <summary>Tensors one after another → a state, where each begins at a multiple of 16.</summary>
    private void Place<T>(Pinned<T> state, double[] values) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (from, to) = (0, 0);
        foreach (var w in _fast.Concat(_fast))
        {
            for (var i = 0; i < w.Items.Length; i++) state.Items[to + i] = T.CreateChecked(values[from + i]);
            from += w.Items.Length;
            to += (w.Items.Length + 15) / 16 * 16;
        }
    }

    private static Pinned<T> Rows<T>(double[] dense) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var rows = new Pinned<T>(dense.Length / F.Size * (F.Size + Gap));
        for (var i = 0; i < dense.Length; i++) rows.Items[i / F.Size * (F.Size + Gap) + i % F.Size] = T.CreateChecked(dense[i]);
        return rows;
    }

    private static double[] Dense<T>(Pinned<T> rows) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var all = rows.Read();
        for (var i = 0; i < all.Length; i++) Assert.True(i % (F.Size + Gap) < F.Size || double.IsNaN(all[i]), "a gradient was written beyond its row");
        return [.. all.Where((_, i) => i % (F.Size + Gap) < F.Size)];
    }
}
