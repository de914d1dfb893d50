using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using TttGen.Cpu;

namespace TttGen.Numerics.Tests.Backward;

/// <summary>What a recurrence is given: a number a channel, or (rows) a place, or (parameters) a channel and place.</summary>
internal sealed record RecurrenceInput(string Name, bool OfPlaces);

/// <summary>A recurrence of a model of the tests: its spec, and its generated scan, which is called by its name.</summary>
/// <param name="Model">The model.</param>
/// <param name="Name">The recurrence.</param>
/// <param name="Channels">How many.</param>
/// <param name="Places">Of each channel.</param>
/// <param name="Parts">Of each element.</param>
/// <param name="Rows">What it takes of each token, the channels' own first.</param>
/// <param name="Weights">Its parameters.</param>
/// <param name="Spec">[tokens, channels], of rows and parameters.</param>
internal sealed record RecurrenceCase(
    Type Model, string Name, int Channels, int Places, int Parts, RecurrenceInput[] Rows, RecurrenceInput[] Weights, Func<double[][], double[][], double[]> Spec)
{
    /// <summary>Settings, behind the parameters.</summary>
    public double[] Numbers { get; init; } = [];

    public DrawnRecurrence Draw(int tokens, int seed) => new(this, tokens, seed);

    /// <summary>The class of the scan, or of its gradient.</summary>
    public Type Generated(string suffix) => Model.GetNestedType(Name + suffix, BindingFlags.NonPublic) ?? throw new InvalidOperationException($"{Model.Name} has no {Name + suffix}");

    public int Block => (int)Generated("Recurrence").GetField("Block")!.GetValue(null)!;

    public static long Scratch(Type generated) => (long)generated.GetProperty("ScratchSize")!.GetValue(null)!;
}

/// <summary>Rows and weights of a recurrence, and what the spec and generated code make of them.</summary>
internal sealed unsafe class DrawnRecurrence
{
    /// <summary>Columns between the end of a row and the start of the next: theirs is another tensor, which nobody may touch.</summary>
    private const int Gap = 3;

    private readonly RecurrenceCase _case;
    private readonly int _tokens;
    private readonly double[][] _rows, _weights;
    private readonly double[] _seed;

    public DrawnRecurrence(RecurrenceCase drawn, int tokens, int seed)
    {
        var random = new Random(seed);
        (_case, _tokens) = (drawn, tokens);
        // rates, gates and decays of either sign: nothing in the compiler asks for more
        _rows = [.. _case.Rows.Select(r => Drawn(tokens * Columns(r.OfPlaces), 0.5))];
        _weights = [.. _case.Weights.Select(w => Drawn(_case.Channels * (w.OfPlaces ? _case.Places : 1), 0.3))];
        _seed = Drawn(tokens * _case.Channels, 1);

        // exact in float32, so that both precisions get the same
        double[] Drawn(int count, double scale) => [.. Enumerable.Range(0, count).Select(_ => (double)(float)(scale * Initialisation.Normal(random)))];
    }

    private int Columns(bool ofPlaces) => ofPlaces ? _case.Places : _case.Channels;

    private int Blocks => (_case.Channels + _case.Block - 1) / _case.Block;

    /// <summary>[tokens, channels], by the executable spec.</summary>
    public double[] Spec() => _case.Spec(_rows, _weights);

    /// <summary>The same, by generated code in two calls.</summary>
    public double[] Answers<T, V>(int cut) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>
    {
        var (channels, places, parts) = (_case.Channels, _case.Places, _case.Parts);
        var generated = _case.Generated("Recurrence");
        var pinned = new Pins<T>();
        var (rows, strides) = Pin(pinned, _rows, _case.Rows.Select(r => Columns(r.OfPlaces)));
        var weights = Weights(pinned);
        var answers = pinned.Of(Poisoned<T>(_tokens * (channels + Gap)));
        var state = pinned.Of(new T[parts * places * channels]);
        var scratch = pinned.Of(Poisoned<T>((int)RecurrenceCase.Scratch(generated)));
        foreach (var (first, count) in new[] { (0, cut), (cut, _tokens - cut) })
            for (var channel = 0; channel < channels; channel += _case.Block)
                Call<T, V>(generated, [count, channel, .. Rows(From(rows, strides, first), strides), .. Given<T>(weights), .. Rows<T>([answers + first * (channels + Gap)], [channels + Gap]), Boxed(state), Boxed(state), Boxed(scratch)]);
        var found = Unpinned(answers, channels);
        GC.KeepAlive(pinned);
        return found;
    }

    /// <summary>The gradient of L = Σ r ⊙ answers, by name. Everything that must be written starts as NaN.</summary>
    public Dictionary<string, double[]> Gradient<T, V>() where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>
    {
        const double Before = 0.25;
        var (channels, places, parts) = (_case.Channels, _case.Places, _case.Parts);
        var generated = _case.Generated("RecurrenceBackward");
        var pinned = new Pins<T>();
        var (rows, strides) = Pin(pinned, _rows, _case.Rows.Select(r => Columns(r.OfPlaces)));
        var (seeds, seedStrides) = Pin(pinned, [_seed], [channels]);
        // blocks of channels make their parts of gradients by places apart
        nint[] gradientStrides = [.. _case.Rows.Select(r => (nint)((r.OfPlaces ? Blocks * places : channels) + Gap))];
        var gradients = new T*[_case.Rows.Length];
        for (var k = 0; k < gradients.Length; k++) gradients[k] = pinned.Of(Poisoned<T>(_tokens * (int)gradientStrides[k]));
        var ofWeights = new T*[_case.Weights.Length];
        for (var k = 0; k < ofWeights.Length; k++) ofWeights[k] = pinned.Of([.. Enumerable.Repeat(T.CreateTruncating(Before), _weights[k].Length)]);
        var weights = Weights(pinned);
        var state = pinned.Of(new T[parts * places * channels]);
        var scratch = pinned.Of(Poisoned<T>((int)RecurrenceCase.Scratch(generated)));
        var kept = pinned.Of(Poisoned<T>((int)(long)generated.GetMethod("CheckpointsSize")!.Invoke(null, [_tokens])!));
        for (var channel = 0; channel < channels; channel += _case.Block)
            Call<T, V>(generated, [_tokens, channel, .. Rows(rows, strides), .. Given<T>(weights), .. Rows(seeds, seedStrides), .. Rows(gradients, gradientStrides), .. Pointers(ofWeights), Boxed(state), Boxed(kept), Boxed(scratch)]);
        var found = new Dictionary<string, double[]>();
        for (var k = 0; k < gradients.Length; k++)
        {
            var (columns, own) = (_case.Rows[k].OfPlaces ? places : channels, new double[_tokens * (_case.Rows[k].OfPlaces ? places : channels)]);
            for (var t = 0; t < _tokens; t++)
                for (var block = 0; block < (_case.Rows[k].OfPlaces ? Blocks : 1); block++)
                    for (var c = 0; c < columns; c++) own[t * columns + c] += double.CreateTruncating(gradients[k][t * gradientStrides[k] + block * places + c]);
            found[_case.Rows[k].Name] = own;
        }
        for (var k = 0; k < ofWeights.Length; k++)
        {
            var (count, of) = (_weights[k].Length / channels, _case.Weights[k].Name);
            found[of] = new double[_weights[k].Length];
            for (var c = 0; c < channels; c++)
                for (var n = 0; n < count; n++) found[of][c * count + n] = double.CreateTruncating(ofWeights[k][n * channels + c]) - Before;
        }
        GC.KeepAlive(pinned);
        return found;
    }

    /// <summary>For every tensor: slopes of L along drawn directions by differences of eighth order, and the same by a gradient.</summary>
    public IEnumerable<(string Name, double[] Measured, double[] Derived)> Slopes(IReadOnlyDictionary<string, double[]> gradient, int directions)
    {
        const double Step = 1e-3;
        double[] terms = [4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280];
        var random = new Random(11);
        foreach (var (name, items) in _case.Rows.Select(r => r.Name).Zip(_rows).Concat(_case.Weights.Select(w => w.Name).Zip(_weights)))
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

    /// <summary>Runs a generated method: its arguments are known by their order.</summary>
    private static void Call<T, V>(Type generated, object[] arguments) where T : unmanaged where V : struct =>
        generated.GetMethod("Run")!.MakeGenericMethod(typeof(T), typeof(V)).Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);

    /// <summary>Rows, each with the distance between them.</summary>
    private static List<object> Rows<T>(T*[] rows, nint[] strides) where T : unmanaged
    {
        var given = new List<object>();
        for (var k = 0; k < rows.Length; k++) given.AddRange([Boxed(rows[k]), strides[k]]);
        return given;
    }

    private static List<object> Pointers<T>(T*[] all) where T : unmanaged
    {
        var given = new List<object>();
        foreach (var one in all) given.Add(Boxed(one));
        return given;
    }

    /// <summary>Parameters, then settings.</summary>
    private List<object> Given<T>(T*[] weights) where T : unmanaged, IFloatingPointIeee754<T> => [.. Pointers(weights), .. _case.Numbers.Select(number => (object)T.CreateTruncating(number))];

    private static object Boxed<T>(T* pointer) where T : unmanaged => Pointer.Box(pointer, typeof(T*));

    /// <summary>[channels, places] as a checkpoint has it, [places, channels] as kernels do.</summary>
    private T*[] Weights<T>(Pins<T> pinned) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var channels = _case.Channels;
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
