using System.Reflection;
using TttGen;
using TttGen.Checkpoints;
using TttGen.Inference;
using TttGen.Training;

namespace TttGen.SpecFuzz.Checking;

/// <summary>A compiled [Model] against its own record run as it stands: logits in several ways, splits, gradients by differences.</summary>
internal static class ModelComparison
{
    public static IEnumerable<Figure> Of(Type model, SpecCase c) =>
        (IEnumerable<Figure>)typeof(ModelComparison).GetMethod(nameof(All), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(model).Invoke(null, [c])!;

    private static List<Figure> All<TModel>(SpecCase c) where TModel : ISpec<TModel>, IModel<TModel>
    {
        var found = new List<Figure>();
        var definition = TModel.Definition;
        var parameters = ParameterList.Of<TModel>();
        TapKeys.Clear();
        TapKeys.UnionWith(parameters.Where(p => p.Kind == ParameterKind.Taps).Select(p => p.Info.Key));
        var mine = parameters.Select(p => $"{p.Info.Key} [{string.Join(", ", p.Info.Shape)}]").Order().ToList();
        var theirs = definition.Parameters.Select(p => $"{p.Key} [{string.Join(", ", p.Shape)}]").Order().ToList();
        found.Add(new("tensors: spec's and compiled", mine.Except(theirs).Count() + theirs.Except(mine).Count(), 0));
        if (!found[^1].Ok) return found;

        var trainable = Trainable(definition, 64);
        var settings = trainable?.Settings.ToDictionary(s => s.Key, s => s.Value * (s.Key.Contains("eps") ? 3 : 1.3)) ?? [];
        var scale = double.Parse(c.Words.GetValueOrDefault("scale", "1"));
        float[] Draw(Parameter p)
        {
            var random = new Random(p.Info.Key.Aggregate(int.Parse(c.Words.GetValueOrDefault("seed", "0")), (seed, letter) => 31 * seed + letter));
            var (mean, size) = p.Kind == ParameterKind.Vector ? (Initialisation.VectorStart(p.Info.Key), 0.2) : (0, 1 / Math.Sqrt(p.Info.Shape[^1]));
            return [.. Enumerable.Range(0, (int)p.Info.Count).Select(_ => (float)(mean + scale * size * Initialisation.Normal(random)))];
        }
        var tensors = parameters.ToDictionary(p => p.Info.Key, Draw);
        var directory = Directory.CreateTempSubdirectory("probe-").FullName;
        try
        {
            CheckpointWriter.Write(directory, [.. definition.Config, .. settings.Select(s => new ConfigEntry(s.Key, s.Value.ToString("R", System.Globalization.CultureInfo.InvariantCulture)))], definition.Parameters,
                (info, first, to) => tensors[info.Key].AsSpan((int)first, to.Length).CopyTo(to));
            using var compiled = Phases.Of("load", () => (CompiledModel)definition.Load(directory, new ModelOptions { Threads = c.IsRandom ? 1 : 2 }));
            var v = compiled.Vocabulary;
            var n = int.Parse(c.Words.GetValueOrDefault("tokens", "41"));
            var random = new Random(3);
            int[] tokens = [.. Enumerable.Range(0, n).Select(_ => random.Next(v))];
            var weights = Weights<TModel>.From(info => Array.ConvertAll(tensors[info.Key], x => (double)x), settings);
            var expected = Phases.Of("spec, first", () => Logits(weights.Spec, tokens));
            var moved = Phases.Of("spec, moved", () => Logits(Weights<TModel>.From(info => Moved(tensors[info.Key]), settings).Spec, tokens));
            var movement = Error(moved, expected);
            if (!(movement < 1e-4) || expected.Max(Math.Abs) > 1e6 || ScanComparison.RunsAway(weights.Spec!)) return found;
            var (prefilled, decoded, both) = (Error(Phases.Of("prefill", () => Prefill(compiled, tokens)), expected), Error(Phases.Of("decode", () => Decode(compiled, tokens, 0)), expected), Error(Phases.Of("decode", () => Decode(compiled, tokens, n / 3)), expected));
            // one movement of the weights may be a lucky one
            if (c.IsRandom && !(Math.Max(prefilled, Math.Max(decoded, both)) <= Math.Max(2e-5, 100 * movement)))
            {
                movement = Math.Max(movement, Enumerable.Range(78, 7).Max(seed => Error(Logits(Weights<TModel>.From(info => Moved(tensors[info.Key], seed), settings).Spec, tokens), expected)));
                if (!(movement < 1e-4)) return found;
            }
            var bar = Math.Max(double.Parse(c.Words.GetValueOrDefault("tolerance", "2e-5")), 100 * movement);
            found.Add(new("prefill", prefilled, bar));
            found.Add(new("decode", decoded, bar));
            found.Add(new("prefill then decode", both, bar));
            // settings absent from config.json: each one's own default
            if (settings.Count > 0)
            {
                CheckpointWriter.Write(directory, [.. definition.Config], definition.Parameters, (info, first, to) => tensors[info.Key].AsSpan((int)first, to.Length).CopyTo(to));
                using var plain = (CompiledModel)definition.Load(directory, new ModelOptions { Threads = 1 });
                Phases.Of("default settings", () => { found.Add(new("prefill, default settings", Error(Prefill(plain, tokens), Logits(Weights<TModel>.From(info => Array.ConvertAll(tensors[info.Key], x => (double)x)).Spec, tokens)), bar)); return 0; });
            }
            if (!c.Words.ContainsKey("nowalk"))
            {
                var (walked, called) = Phases.Of("walks", () => Walks(compiled, c.IsRandom ? 6 : 20, ids => Phases.Of("  spec in walks", () => Logits(weights.Spec, ids)), () => ScanComparison.RunsAway(weights.Spec!)));
                // rows that one call itself has only roughly (a norm of next to nothing) are no better in pieces
                var most = Math.Max(3e-5, Math.Max(bar / 2, 30 * called));
                // an inner loop may come to where rounding grows from token to token after the tokens above
                if (!(walked <= most))
                    most = Math.Max(most, 100 * WalkTokens(v).Max(ids => WorstRow(Logits(Weights<TModel>.From(info => Moved(tensors[info.Key]), settings).Spec, ids), Logits(weights.Spec, ids), v)));
                found.Add(new("walks", walked, most));
            }
            if (trainable is not null && !c.Words.ContainsKey("nograd")) Phases.Of("gradients", () => { Gradients(found, definition, tensors, settings, c, movement); return 0; });
            if (!c.Words.ContainsKey("noscan")) found.AddRange(Phases.Of("scans", () => ScanComparison.Of(typeof(TModel), weights.Spec!, c).ToList()));
        }
        finally
        {
            Directory.Delete(directory, true);
            trainable?.Dispose();
        }
        return found;

        // what float32 makes of the weights moves the oracle by as much as its arithmetic does
        static double[] Moved(float[] numbers, int seed = 77)
        {
            var random = new Random(seed);
            return [.. numbers.Select(x => x * (1 + 1.2e-7 * Initialisation.Normal(random)))];
        }

        void Gradients(List<Figure> figures, ModelDefinition of, Dictionary<string, float[]> at, Dictionary<string, double> with, SpecCase case1, double movementOfAll)
        {
            // a sequence and a bit of another: ragged, both across mini-batches
            var random = new Random(8);
            using var probe = (TrainableModel)of.CreateTrainable(1, new TrainableOptions { Threads = 1, MaxTokens = 64 });
            var v = probe.Vocabulary;
            int[] lengths = [17, 9];
            int[][] ids = [.. lengths.Select(length => Enumerable.Range(0, length + 1).Select(_ => random.Next(v)).ToArray())];
            foreach (var (key, value) in with) probe.Set(key, value);
            unsafe
            {
                foreach (var t in probe.Tensors) Put(t, at[t.Key], probe.Weights + t.Offset);
            }
            probe.WeightsChanged();
            var batch = new TrainingBatch(ids.SelectMany(s => s[..^1]).ToArray(), ids.SelectMany(s => s[1..]).ToArray(), [.. lengths.Select(length => new TrainingSequence(length))]);
            var scale = 1.0 / lengths.Sum();
            var loss = Phases.Of("  compiled gradients", () => probe.Accumulate(batch, scale).Nats * scale);
            var derived = probe.Tensors.ToDictionary(t => t.Key, Read);
            // what float32's rounding is worth here: how far the compiled gradient moves with weights that differ in their last bit
            var rounded = Enumerable.Range(0, 4).Select(_ => probe.Tensors.ToDictionary(t => t.Key, t => new double[t.Count])).ToArray();
            for (var round = 0; round < rounded.Length; round++)
            {
                var nudge = new Random(100 + round);
                unsafe
                {
                    foreach (var t in probe.Tensors) Put(t, [.. at[t.Key].Select(x => (float)(x * (1 + 1.2e-7 * Initialisation.Normal(nudge))))], probe.Weights + t.Offset);
                    new Span<float>(probe.Gradients, checked((int)probe.Length)).Clear();
                }
                probe.WeightsChanged();
                probe.Accumulate(batch, scale);
                foreach (var t in probe.Tensors) rounded[round][t.Key] = Read(t);
            }
            var exact = at.ToDictionary(p => p.Key, p => Array.ConvertAll(p.Value, x => (double)x));
            var ranAway = false;
            double Loss() => Phases.Of("  spec for gradients", Loss0);
            double Loss0()
            {
                var spec = Weights<TModel>.From(info => exact[info.Key], with).Spec;
                return ids.Sum(s =>
                {
                    var nats = Nats(Logits(spec, s[..^1]), s[1..], v);
                    ranAway |= ScanComparison.RunsAway(spec!);
                    return nats;
                }) * scale;
            }
            var exactLoss = Loss();
            if (ranAway) return;
            figures.Add(new("loss", Math.Abs(loss / exactLoss - 1), 2e-5));
            var bar = Math.Max(200 * movementOfAll, double.Parse(case1.Words.GetValueOrDefault("bar-gradient", "5e-4")));
            var worst = ("", 0.0);
            // of a random spec, tensors at once, and one by one only where something is off
            foreach (var t in case1.IsRandom ? Suspects() : probe.Tensors)
            {
                var gradient = derived[t.Key];
                var numbers = exact[t.Key];
                var norm = Norm(gradient);
                // along some coordinates, the largest of the derived gradient among them, and along the gradient itself
                int[] some = [.. new[] { random.Next(gradient.Length), gradient.Select((g, i) => (Math.Abs(g), i)).Max().i }.Distinct()];
                var directions = some.Select(i => (Unit: Math.Max(1, Math.Abs(numbers[i])), Expected: gradient[i], Moved: rounded.Max(r => Math.Abs(r[t.Key][i] - gradient[i])),
                    Step: (Action<double>)(step => numbers[i] += step))).ToList();
                if (norm > 1e-9)
                {
                    var along = gradient.Select(g => g / norm).ToArray();
                    directions.Add((1, norm, rounded.Max(r => Math.Abs(r[t.Key].Zip(along, (x, a) => x * a).Sum() - norm)), step => { for (var i = 0; i < along.Length; i++) numbers[i] += step * along[i]; }));
                }
                var slopes = directions.Select(d => Slope(d.Step, d.Unit, 2e-5)).ToArray();
                var size = Math.Max(1e-7, Math.Max(Math.Sqrt(slopes.Take(some.Length).Sum(x => x * x)), norm * Math.Sqrt((double)some.Length / gradient.Length)));
                double Of(int d, double unsure) => Math.Max(0, Math.Abs(slopes[d] - directions[d].Expected) - 10 * (unsure + Rounding(directions[d].Unit)) - 6 * directions[d].Moved) / (d < some.Length ? size : norm);

                // what a difference of two losses is off by: each is a sum of some hundreds of numbers
                double Rounding(double unit) => 1e-15 * Math.Abs(exactLoss) / (2e-5 * unit);
                var error = 0.0;
                for (var d = 0; d < directions.Count; d++)
                {
                    var off = Of(d, 0);
                    // differences may be what errs: then they move with their step
                    if (off > bar) off = Of(d, Math.Abs(Slope(directions[d].Step, directions[d].Unit, 6e-5) - slopes[d]));
                    error = Math.Max(error, double.IsFinite(off) ? off : double.PositiveInfinity);
                }
                if (error > worst.Item2) worst = (t.Key, error);
            }
            figures.Add(new($"{probe.Tensors.Count} gradients; {worst.Item1}", worst.Item2, bar));

            // Groups of tensors whose gradients are about as large, each group moved at once: every element by a random sign, and a tensor's elements by so much that
            // an error of this tensor's gradient, relative to its norm, shows in the slope with its own size.
            List<TrainableTensor> Suspects()
            {
                var suspects = new List<TrainableTensor>();
                foreach (var group in probe.Tensors.GroupBy(t => Math.Floor(Math.Log2(Math.Max(1e-9, Norm(derived[t.Key]))) / 4)))
                {
                    var largest = group.Max(t => Math.Max(1e-7, Norm(derived[t.Key])));
                    var directions = group.Select(t =>
                    {
                        // no longer than a coordinate's
                        var length = largest / Math.Max(1e-7, Norm(derived[t.Key])) / 16;
                        return (Numbers: exact[t.Key], Along: Enumerable.Range(0, (int)t.Count).Select(_ => length * (random.Next(2) == 0 ? 1 : -1)).ToArray(), t.Key);
                    }).ToList();
                    var slope = Slope(step => { foreach (var d in directions) for (var i = 0; i < d.Along.Length; i++) d.Numbers[i] += step * d.Along[i]; }, 1, 2e-5);
                    double Along(Dictionary<string, double[]> of) => directions.Sum(d => of[d.Key].Zip(d.Along, (g, a) => g * a).Sum());
                    var expected = Along(derived);
                    var off = (Math.Abs(slope - expected) - 10e-15 * Math.Abs(exactLoss) / 2e-5 - 6 * rounded.Max(r => Math.Abs(Along(r) - expected))) / (largest / 16);
                    if (!(off <= bar / 4)) suspects.AddRange(group);
                }
                return suspects;
            }

            static double Norm(double[] of) => Math.Sqrt(of.Sum(g => g * g));

            unsafe double[] Read(TrainableTensor t) => Taken(t, probe.Gradients + t.Offset);

            double Slope(Action<double> move, double unit, double step)
            {
                double At(double by)
                {
                    move(by);
                    var l = Loss();
                    move(-by);
                    return l;
                }
                return (At(step * unit) - At(-step * unit)) / (2 * step * unit);
            }
        }
    }

    private static TrainableModel? Trainable(ModelDefinition definition, int tokens)
    {
        try
        {
            return definition.CreateTrainable(1, new TrainableOptions { Threads = 1, MaxTokens = tokens });
        }
        catch (TttException error) when (error.Message.Contains("Trainable"))
        {
            return null;
        }
    }

    /// <summary>Whether a tensor's elements lie in another order in a trainable model: a convolution's taps.</summary>
    private static bool IsTaps(TrainableTensor t, out int columns, out int taps)
    {
        int[] axes = [.. t.Shape.Where((size, i) => !(size == 1 && i == 1 && t.Shape.Count == 3))];
        (columns, taps) = axes.Length == 2 ? (axes[0], axes[1]) : (0, 0);
        return axes.Length == 2 && TapKeys.Contains(t.Key);
    }

    /// <summary>Keys of the tensors that are taps of convolutions, of the model that this thread compares.</summary>
    private static HashSet<string> TapKeys => _tapKeys ??= [];

    [ThreadStatic]
    private static HashSet<string>? _tapKeys;

    private static unsafe void Put(TrainableTensor t, float[] from, float* to)
    {
        if (IsTaps(t, out var columns, out var taps))
            for (var c = 0; c < columns; c++) for (var k = 0; k < taps; k++) to[k * columns + c] = from[c * taps + k];
        else for (var i = 0; i < from.Length; i++) to[i] = from[i];
    }

    private static unsafe double[] Taken(TrainableTensor t, float* from)
    {
        var flat = new double[t.Count];
        if (IsTaps(t, out var columns, out var taps))
            for (var c = 0; c < columns; c++) for (var k = 0; k < taps; k++) flat[c * taps + k] = from[k * columns + c];
        else for (var i = 0; i < flat.Length; i++) flat[i] = from[i];
        return flat;
    }

    private static double Nats(double[] logits, int[] targets, int v)
    {
        var sum = 0.0;
        for (var t = 0; t < targets.Length; t++)
        {
            var row = logits.AsSpan(t * v, v);
            var most = double.NegativeInfinity;
            foreach (var x in row) most = Math.Max(most, x);
            var total = 0.0;
            foreach (var x in row) total += Math.Exp(x - most);
            sum += most + Math.Log(total) - row[targets[t]];
        }
        return sum;
    }

    public static double[] Logits<TModel>(TModel spec, int[] tokens)
    {
        var apply = typeof(TModel).GetMethod("Apply", [typeof(Tokens)])!;
        var logits = apply.Invoke(spec, [new Tokens(tokens)])!;
        return (double[])typeof(ModelComparison).GetMethod(nameof(Items), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(logits.GetType().GetGenericArguments()).Invoke(null, [logits])!;
    }

    private static double[] Items<V>(Logits<V> logits) where V : IDim => logits.Items.ToArray();

    private static double[] Prefill(CompiledModel model, int[] tokens)
    {
        var v = model.Vocabulary;
        // beside others, so that it is no special case
        using var state = model.CreateState();
        using var other = model.CreateState();
        var all = new double[tokens.Length * v];
        int[] before = [.. tokens.Take(3)];
        model.Prefill([other, state], [.. before, .. tokens], [before.Length, tokens.Length], (s, first, rows) =>
        {
            if (s == 1) for (var i = 0; i < rows.Length; i++) all[first * v + i] = rows[i];
        });
        return all;
    }

    private static double[] Decode(CompiledModel model, int[] tokens, int prefilled)
    {
        var v = model.Vocabulary;
        using var state = model.CreateState();
        var all = new double[tokens.Length * v];
        if (prefilled > 0) model.Prefill([state], tokens.AsSpan(0, prefilled), [prefilled], (_, first, rows) => { for (var i = 0; i < rows.Length; i++) all[first * v + i] = rows[i]; });
        var row = new float[v];
        for (var t = prefilled; t < tokens.Length; t++)
        {
            model.Decode(state, tokens[t], row);
            for (var i = 0; i < v; i++) all[t * v + i] = row[i];
        }
        return all;
    }

    private static int[][] WalkTokens(int v)
    {
        var random = new Random(21);
        return [.. new[] { 61, 45, 70 }.Select(n => Enumerable.Range(0, n).Select(_ => random.Next(v)).ToArray())];
    }

    private static double WorstRow(double[] found, double[] expected, int v) =>
        Enumerable.Range(0, expected.Length / v).Max(t => Error(found.AsSpan(t * v, v).ToArray(), expected.AsSpan(t * v, v).ToArray()));

    private static (double Walked, double Called) Walks(CompiledModel model, int count, Func<int[], double[]> spec, Func<bool> runsAway)
    {
        var v = model.Vocabulary;
        var random = new Random(22);
        var tokens = WalkTokens(v);
        double[][] expected = [.. tokens.Select(ids => Prefill(model, ids))];
        double worst = 0;
        var called = 0.0;
        for (var s = 0; s < 3; s++)
        {
            var exact = spec(tokens[s]);
            // an inner loop that diverges does so in the spec, too
            if (!exact.All(double.IsFinite) || runsAway()) return (0, 0);
            if (!expected[s].All(double.IsFinite)) return (double.PositiveInfinity, 0);
            called = Math.Max(called, WorstRow(expected[s], exact, v));
        }
        if (called > 1e-2) called = 0;
        for (var walk = 0; walk < count; walk++)
        {
            SequenceState[] states = [.. tokens.Select(_ => model.CreateState())];
            while (Enumerable.Range(0, 3).Any(s => states[s].Position < tokens[s].Length))
            {
                int[] some = [.. Enumerable.Range(0, 3).Where(s => states[s].Position < tokens[s].Length && random.Next(3) > 0)];
                if (some.Length == 0) continue;
                if (random.Next(6) == 0)
                {
                    var old = states[some[0]];
                    states[some[0]] = old.Fork();
                    model.Prefill(old, [.. Enumerable.Range(0, 5).Select(_ => random.Next(v))], new float[v]);
                    old.Dispose();
                }
                int[] lengths = [.. some.Select(s => Math.Min(tokens[s].Length - (int)states[s].Position, 1 + random.Next(random.Next(2) == 0 ? 2 : 25)))];
                int[] at = [.. some.Select(s => (int)states[s].Position)];
                model.Prefill([.. some.Select(s => states[s])], [.. some.SelectMany((s, i) => tokens[s].Skip(at[i]).Take(lengths[i]))], lengths, (s, first, rows) =>
                {
                    for (var i = 0; i < rows.Length; i += v)
                    {
                        var found = new double[v];
                        for (var j = 0; j < v; j++) found[j] = rows[i + j];
                        var error = Error(found, expected[some[s]].AsSpan((at[s] + first + i / v) * v, v).ToArray());
                        worst = double.IsFinite(error) ? Math.Max(worst, error) : double.PositiveInfinity;
                    }
                });
            }
            foreach (var state in states) state.Dispose();
        }
        return (worst, called);
    }

    public static double Error(double[] found, double[] expected)
    {
        double difference = 0, size = 0;
        for (var i = 0; i < expected.Length; i++) (difference, size) = (difference + Math.Pow(found[i] - expected[i], 2), size + expected[i] * expected[i]);
        // next to nothing is nothing: a rounding of what cancels
        var error = Math.Sqrt(difference) / Math.Max(Math.Sqrt(size), 1e-6 * Math.Sqrt(expected.Length));
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }
}
