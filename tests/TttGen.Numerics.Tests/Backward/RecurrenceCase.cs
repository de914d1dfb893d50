using System.Numerics;
using System.Runtime.CompilerServices;
using TttGen.Cpu;

namespace TttGen.Numerics.Tests.Backward;

/// <summary>A recurrence of a model of the tests: its spec, and its generated scan.</summary>
internal unsafe interface IRecurrenceCase
{
    static abstract (int Channels, int Places, int Parts) Sizes { get; }

    /// <summary>What it takes of each token, the channels' own first; of channels or of places.</summary>
    static abstract (string Name, bool OfPlaces)[] Rows { get; }

    /// <summary>Parameters, of channels or of channels and places.</summary>
    static abstract (string Name, bool OfPlaces)[] Weights { get; }

    static abstract double[] Spec(double[][] rows, double[][] weights);

    static abstract void Run<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* answers, nint row, T* state, T* scratch)
        where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>;

    static abstract void Backward<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* dAnswers, nint row, T*[] dr, nint[] ds, T*[] dw, T* state, T* kept, T* scratch)
        where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>;

    static abstract (int Block, long Scratch, long BackwardScratch, long Kept) Memory(int tokens);
}

/// <summary>A recurrence that numbers are drawn for.</summary>
internal abstract class RecurrenceCase
{
    public static RecurrenceCase Of<TCase>() where TCase : IRecurrenceCase => new Case<TCase>();

    public abstract Drawn Draw(int tokens, int seed);

    /// <summary>Rows and weights, and what the spec and generated code make of them.</summary>
    internal abstract class Drawn
    {
        /// <summary>Columns between the end of a row and the start of the next: theirs is another tensor, which nobody may touch.</summary>
        protected const int Gap = 3;

        /// <summary>[tokens, channels], by the executable spec.</summary>
        public abstract double[] Spec();

        /// <summary>The same, by generated code in two calls.</summary>
        public abstract double[] Answers<T, V>(int cut) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>;

        /// <summary>The gradient of L = Σ r ⊙ answers, by name.</summary>
        public abstract Dictionary<string, double[]> Gradient<T, V>() where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>;

        /// <summary>For every tensor: slopes of L along drawn directions by differences of eighth order, and the same by a gradient.</summary>
        public abstract IEnumerable<(string Name, double[] Measured, double[] Derived)> Slopes(IReadOnlyDictionary<string, double[]> gradient, int directions);
    }

    private sealed class Case<TCase> : RecurrenceCase where TCase : IRecurrenceCase
    {
        public override Drawn Draw(int tokens, int seed) => new DrawnCase<TCase>(tokens, seed);
    }

    private sealed unsafe class DrawnCase<TCase> : Drawn where TCase : IRecurrenceCase
    {
        private readonly int _tokens;
        private readonly double[][] _rows, _weights;
        private readonly double[] _seed;

        public DrawnCase(int tokens, int seed)
        {
            var random = new Random(seed);
            _tokens = tokens;
            // rates, gates and decays of either sign: nothing in the compiler asks for more
            _rows = [.. TCase.Rows.Select(r => Drawn(tokens * Columns(r.OfPlaces), 0.5))];
            _weights = [.. TCase.Weights.Select(w => Drawn(TCase.Sizes.Channels * (w.OfPlaces ? TCase.Sizes.Places : 1), 0.3))];
            _seed = Drawn(tokens * TCase.Sizes.Channels, 1);

            // exact in float32, so that both precisions get the same
            double[] Drawn(int count, double scale) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)(scale * Initialisation.Normal(random)))];
        }

        private static int Columns(bool ofPlaces) => ofPlaces ? TCase.Sizes.Places : TCase.Sizes.Channels;

        private static int Blocks => (TCase.Sizes.Channels + TCase.Memory(1).Block - 1) / TCase.Memory(1).Block;

        public override double[] Spec() => TCase.Spec(_rows, _weights);

        public override double[] Answers<T, V>(int cut)
        {
            var (channels, places, parts) = TCase.Sizes;
            var memory = TCase.Memory(_tokens);
            var pinned = new Pins<T>();
            var (rows, strides) = Pin(pinned, _rows, TCase.Rows.Select(r => Columns(r.OfPlaces)));
            var weights = Weights(pinned);
            var answers = pinned.Of(Poisoned<T>(_tokens * (channels + Gap)));
            var state = pinned.Of(new T[parts * places * channels]);
            var scratch = pinned.Of(Poisoned<T>((int)memory.Scratch));
            foreach (var (first, count) in new[] { (0, cut), (cut, _tokens - cut) })
                for (var channel = 0; channel < channels; channel += memory.Block)
                    TCase.Run<T, V>(count, channel, From(rows, strides, first), strides, weights, answers + first * (channels + Gap), channels + Gap, state, scratch);
            var found = Unpinned(answers, channels);
            GC.KeepAlive(pinned);
            return found;
        }

        public override Dictionary<string, double[]> Gradient<T, V>()
        {
            const double Before = 0.25;
            var (channels, places, parts) = TCase.Sizes;
            var memory = TCase.Memory(_tokens);
            var pinned = new Pins<T>();
            var (rows, strides) = Pin(pinned, _rows, TCase.Rows.Select(r => Columns(r.OfPlaces)));
            var (seeds, seedStrides) = Pin(pinned, [_seed], [channels]);
            // blocks of channels make their parts of gradients by places apart
            nint[] gradientStrides = [.. TCase.Rows.Select(r => (nint)((r.OfPlaces ? Blocks * places : channels) + Gap))];
            var gradients = new T*[TCase.Rows.Length];
            for (var k = 0; k < gradients.Length; k++) gradients[k] = pinned.Of(Poisoned<T>(_tokens * (int)gradientStrides[k]));
            var ofWeights = new T*[TCase.Weights.Length];
            for (var k = 0; k < ofWeights.Length; k++) ofWeights[k] = pinned.Of([.. Enumerable.Repeat(T.CreateTruncating(Before), _weights[k].Length)]);
            var weights = Weights(pinned);
            var state = pinned.Of(new T[parts * places * channels]);
            var scratch = pinned.Of(Poisoned<T>((int)memory.BackwardScratch));
            var kept = pinned.Of(Poisoned<T>((int)memory.Kept));
            for (var channel = 0; channel < channels; channel += memory.Block)
                TCase.Backward<T, V>(_tokens, channel, rows, strides, weights, seeds[0], seedStrides[0], gradients, gradientStrides, ofWeights, state, kept, scratch);
            var found = new Dictionary<string, double[]>();
            for (var k = 0; k < gradients.Length; k++)
            {
                var (columns, own) = (TCase.Rows[k].OfPlaces ? places : channels, new double[_tokens * (TCase.Rows[k].OfPlaces ? places : channels)]);
                for (var t = 0; t < _tokens; t++)
                    for (var block = 0; block < (TCase.Rows[k].OfPlaces ? Blocks : 1); block++)
                        for (var c = 0; c < columns; c++) own[t * columns + c] += double.CreateTruncating(gradients[k][t * gradientStrides[k] + block * places + c]);
                found[TCase.Rows[k].Name] = own;
            }
            for (var k = 0; k < ofWeights.Length; k++)
            {
                var (count, of) = (_weights[k].Length / channels, TCase.Weights[k].Name);
                found[of] = new double[_weights[k].Length];
                for (var c = 0; c < channels; c++)
                    for (var n = 0; n < count; n++) found[of][c * count + n] = double.CreateTruncating(ofWeights[k][n * channels + c]) - Before;
            }
            GC.KeepAlive(pinned);
            return found;
        }

        public override IEnumerable<(string Name, double[] Measured, double[] Derived)> Slopes(IReadOnlyDictionary<string, double[]> gradient, int directions)
        {
            const double Step = 1e-3;
            double[] terms = [4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280];
            var random = new Random(11);
            foreach (var (name, items) in TCase.Rows.Select(r => r.Name).Zip(_rows).Concat(TCase.Weights.Select(w => w.Name).Zip(_weights)))
            {
                var (measured, derived) = (new double[directions], new double[directions]);
                for (var d = 0; d < directions; d++)
                {
                    double[] along = [.. items.Select(_ => Initialisation.Normal(random) / Math.Sqrt(items.Length))];
                    for (var s = 1; s <= terms.Length; s++) measured[d] += terms[s - 1] * (At(s * Step) - At(-s * Step)) / Step;
                    derived[d] = along.Zip(gradient[name], (a, b) => a * b).Sum();

                    double At(double step)
                    {
                        var before = items.ToArray();
                        for (var i = 0; i < items.Length; i++) items[i] += step * along[i];
                        var loss = Spec().Zip(_seed, (a, b) => a * b).Sum();
                        before.CopyTo(items, 0);
                        return loss;
                    }
                }
                yield return (name, measured, derived);
            }
        }

        /// <summary>[channels, places] as a checkpoint has it, [places, channels] as kernels do.</summary>
        private T*[] Weights<T>(Pins<T> pinned) where T : unmanaged, IFloatingPointIeee754<T>
        {
            var channels = TCase.Sizes.Channels;
            var weights = new T*[_weights.Length];
            for (var k = 0; k < weights.Length; k++)
            {
                var (from, count) = (_weights[k], _weights[k].Length / channels);
                weights[k] = pinned.Of([.. Enumerable.Range(0, from.Length).Select(at => T.CreateTruncating(from[at % channels * count + at / channels]))]);
            }
            return weights;
        }

        private (T*[] Rows, nint[] Strides) Pin<T>(Pins<T> pinned, double[][] all, IEnumerable<int> columns) where T : unmanaged, IFloatingPointIeee754<T>
        {
            var (rows, strides) = (new T*[all.Length], new nint[all.Length]);
            foreach (var (own, k) in columns.Select((c, k) => (c, k)))
            {
                var apart = Poisoned<T>(_tokens * (own + Gap));
                for (var i = 0; i < all[k].Length; i++) apart[i / own * (own + Gap) + i % own] = T.CreateTruncating(all[k][i]);
                rows[k] = pinned.Of(apart);
                strides[k] = own + Gap;
            }
            return (rows, strides);
        }

        private static T*[] From<T>(T*[] rows, nint[] strides, int first) where T : unmanaged
        {
            var from = new T*[rows.Length];
            for (var k = 0; k < rows.Length; k++) from[k] = rows[k] + first * strides[k];
            return from;
        }

        private static T[] Poisoned<T>(int count) where T : unmanaged, IFloatingPointIeee754<T> => [.. Enumerable.Repeat(T.NaN, count)];

        private double[] Unpinned<T>(T* rows, int columns) where T : unmanaged, IFloatingPointIeee754<T>
        {
            var found = new double[_tokens * columns];
            for (var t = 0; t < _tokens; t++)
            {
                for (var c = 0; c < columns; c++) found[t * columns + c] = double.CreateTruncating(rows[t * (columns + Gap) + c]);
                for (var c = columns; c < columns + Gap; c++) Assert.True(T.IsNaN(rows[t * (columns + Gap) + c]), "what lies between rows was written");
            }
            return found;
        }
    }

    /// <summary>Arrays that stay where they are for as long as this is in use.</summary>
    private sealed unsafe class Pins<T> where T : unmanaged
    {
        private readonly List<T[]> _arrays = [];

        public T* Of(T[] items)
        {
            var pinned = GC.AllocateUninitializedArray<T>(items.Length + 1, pinned: true);
            items.CopyTo(pinned, 0);
            _arrays.Add(pinned);
            return (T*)Unsafe.AsPointer(ref pinned[0]);
        }
    }
}
