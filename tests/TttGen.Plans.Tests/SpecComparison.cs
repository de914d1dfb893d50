using TttGen.Inference;
using TttGen.Kernels.Tests.Devices;
using TttGen.Numerics.Tests.Compiled;
using TttGen.Numerics.Tests.Spec;
using Xunit.Abstractions;

namespace TttGen.Plans.Tests;

/// <summary>A whole model on a device, every kernel of its plan, against the executable spec in float64.</summary>
internal sealed class SpecComparison : IDisposable
{
    private const double Bar = 2e-5;

    private readonly SmallModel _small;
    private readonly IlgpuDevice _device;
    private readonly TttModel _model;
    private readonly ITestOutputHelper _output;

    public SpecComparison(string name, AcceleratorKind kind, ITestOutputHelper output)
    {
        _small = SmallModel.All[name];
        _device = new IlgpuDevice(kind);
        _model = _small.LoadAnywhere(new ModelOptions { Device = _device });
        _output = output;
    }

    /// <summary>Sequences of one call each, then all of them in one.</summary>
    public void Prefill(params int[] lengths)
    {
        var tokens = Draw(lengths);
        double[][] expected = [.. tokens.Select(_small.Oracle)];
        for (var s = 0; s < lengths.Length; s++) Within(_model.AllLogits(tokens[s]), expected[s], $"{lengths[s]} tokens");
        if (lengths.Length == 1) return;

        var states = CreateStates(lengths.Length);
        double[][] together = [.. expected.Select(logits => new double[logits.Length])];
        _model.Prefill(states, [.. tokens.SelectMany(sequence => sequence)], lengths, (sequence, first, logits) => Widen(logits, together[sequence].AsSpan(first * _model.Vocabulary)));
        for (var s = 0; s < lengths.Length; s++) Within(together[s], expected[s], $"{lengths[s]} tokens of a batch");
    }

    /// <summary>So many sequences of so many tokens, a call for each token of all.</summary>
    public void Decode(int sequences, int length)
    {
        var tokens = Draw([.. Enumerable.Repeat(length, sequences)]);
        var states = CreateStates(sequences);
        double[][] found = [.. tokens.Select(_ => new double[length * _model.Vocabulary])];
        var logits = new float[sequences * _model.Vocabulary];
        for (var t = 0; t < length; t++)
        {
            _model.Decode(states, [.. tokens.Select(sequence => sequence[t])], logits);
            for (var s = 0; s < sequences; s++) Widen(logits.AsSpan(s * _model.Vocabulary, _model.Vocabulary), found[s].AsSpan(t * _model.Vocabulary));
        }
        for (var s = 0; s < sequences; s++) Within(found[s], _small.Oracle(tokens[s]), $"sequence {s} of {sequences}, token by token");
    }

    /// <summary>Calls of any length for some of the sequences; states are forked, saved, restored and begun anew in between.</summary>
    public void ReadInPieces(params int[] lengths)
    {
        var tokens = Draw(lengths);
        using var walk = new RandomWalk(_model, tokens, [.. tokens.Select(_small.Oracle)], seed: 5);
        walk.ToTheEnd();
        _output.WriteLine($"{walk.Compared} rows of calls of any length: {walk.Worst:E1}");
        Assert.True(walk.Worst <= Bar, $"calls of any length: relative error {walk.Worst:E2}, expected at most {Bar:E1}");
    }

    /// <summary>Looks for writes past the ends of buffers, too.</summary>
    public void Dispose()
    {
        try
        {
            _device.Synchronize();
        }
        finally
        {
            _model.Dispose();
            _device.Dispose();
        }
    }

    private int[][] Draw(int[] lengths)
    {
        var random = new Random(lengths.Sum());
        return [.. lengths.Select(length => Enumerable.Range(0, length).Select(_ => random.Next(_model.Vocabulary)).ToArray())];
    }

    private SequenceState[] CreateStates(int count) => [.. Enumerable.Range(0, count).Select(_ => _model.CreateState())];

    private static void Widen(ReadOnlySpan<float> from, Span<double> to)
    {
        for (var i = 0; i < from.Length; i++) to[i] = from[i];
    }

    private void Within(ReadOnlySpan<double> found, ReadOnlySpan<double> expected, string what)
    {
        _output.WriteLine($"{what}: {RelativeError.Of(found, expected):E1}");
        RelativeError.Within(Bar, found, expected, what);
    }
}
