using TttGen.Cpu;
using TttGen.Cuda;
using TttGen.Gpu.Models;
using TttGen.Gpu.Results;
using TttGen.Inference;

namespace TttGen.Gpu.Checking;

/// <summary>Compares a model of random weights with the CPU's, on random tokens: odd lengths, ragged batches, carried states, states that cross over.</summary>
internal sealed class RandomChecker(KnownModel known, Device? device, ResultLog log, WeightType weights) : Checker(known, device, log, weights)
{
    /// <summary>Less than a mini-batch of 16, one less and one more than one, and some with a rest.</summary>
    private static readonly int[] Lengths = [1, 15, 17, 50];

    /// <summary>Where states are saved: inside a mini-batch.</summary>
    private const int SavedAt = 23;

    private readonly Random _random = new(7);

    /// <summary>All comparisons; none where the device does not keep matrices so.</summary>
    /// <param name="folder">A checkpoint whose numbers bf16 holds: only what is computed with them differs.</param>
    public void Run(string folder)
    {
        using var model = (BatchedModel)LoadOnDevice(folder);
        if (model.Weights != Weights)
            return;
        using var cpu = (BatchedModel)Known.Definition.Load(folder, new ModelOptions());
        int[][] tokens = [.. Lengths.Select(length => Enumerable.Range(0, length).Select(_ => _random.Next(cpu.Vocabulary)).ToArray())];
        float[][] expected = [.. tokens.Select(sequence => cpu.AllLogits(sequence)[0])];

        for (var s = 0; s < tokens.Length; s++)
        {
            var (sequence, logits) = (tokens[s], expected[s]);
            Compare($"{sequence.Length} tokens", () => RelativeError.Of(model.AllLogits(sequence)[0], logits));
        }
        Compare($"a batch of {string.Join(", ", Lengths)}", () => Of(model.AllLogits(tokens), expected));
        Compare("token by token", () => RelativeError.Of(model.DecodedLogits(tokens[2])[0], expected[2]));
        Compare("three sequences token by token", () => Of(model.DecodedLogits([.. tokens[1..].Select(sequence => sequence[..15])]), [.. expected[1..].Select(logits => logits[..(15 * cpu.Vocabulary)])]));
        Compare("calls of any length", () => Walk(model, tokens[1..], expected[1..]));
        Compare("numbers of a state", () => States(model, cpu, tokens[3]));
        Compare("saved, restored on the CPU", () => Restored(model, cpu, tokens[3], expected[3]));
        Compare("saved on the CPU, restored", () => Restored(cpu, model, tokens[3], expected[3]));
    }

    private static double Of(float[][] found, float[][] expected)
    {
        var error = new RelativeError();
        for (var s = 0; s < expected.Length; s++)
            error.Add(found[s], expected[s]);
        return error.Value;
    }

    /// <summary>Sequences read to their ends in calls for some of them, of random lengths, one in three a single token; the worst row of logits.</summary>
    private double Walk(BatchedModel model, int[][] tokens, float[][] expected)
    {
        var vocabulary = model.Vocabulary;
        var worst = 0.0;
        var states = model.CreateStates(tokens.Length);
        while (Enumerable.Range(0, tokens.Length).Any(s => Left(s) > 0))
        {
            int[] some = [.. Enumerable.Range(0, tokens.Length).Where(s => Left(s) > 0 && _random.Next(3) > 0)];
            if (some.Length == 0)
                continue;
            var single = _random.Next(3) == 0;
            int[] lengths = [.. some.Select(s => single ? 1 : Math.Min(Left(s), 1 + _random.Next(20)))];
            var logits = new float[some.Length * vocabulary];
            model.Prefill(some.Select(s => states[s]).ToArray(), some.SelectMany((s, i) => tokens[s].AsSpan((int)states[s].Position, lengths[i]).ToArray()).ToArray(), lengths, logits);
            for (var i = 0; i < some.Length; i++)
            {
                var row = expected[some[i]].AsSpan((int)(states[some[i]].Position - 1) * vocabulary, vocabulary);
                var error = RelativeError.Of(logits.AsSpan(i * vocabulary, vocabulary), row);
                worst = Math.Max(worst, error);
                // a copy goes on, and what it came from is let go
                if (_random.Next(4) == 0)
                {
                    var copy = states[some[i]].Fork();
                    states[some[i]].Dispose();
                    states[some[i]] = copy;
                }
            }
        }
        Reading.Free(states);
        return worst;

        int Left(int s) => tokens[s].Length - (int)states[s].Position;
    }

    private static double States(BatchedModel model, BatchedModel cpu, int[] tokens)
    {
        var worst = 0.0;
        using var found = Read(model, tokens.AsSpan(0, SavedAt));
        using var expected = Read(cpu, tokens.AsSpan(0, SavedAt));
        foreach (var tensor in cpu.StateTensors)
        {
            var error = RelativeError.Of(model.ReadState(found, tensor.Name), cpu.ReadState(expected, tensor.Name));
            worst = Math.Max(worst, error);
        }
        return worst;
    }

    private static double Restored(BatchedModel from, BatchedModel to, int[] tokens, float[] expected)
    {
        var file = Path.GetTempFileName();
        try
        {
            using (var state = Read(from, tokens.AsSpan(0, SavedAt)))
                state.Save(file);
            using var restored = to.CreateState();
            restored.Restore(file);
            var logits = new float[to.Vocabulary];
            to.Prefill(restored, tokens.AsSpan(SavedAt), logits);
            return RelativeError.Of(logits, expected.AsSpan(expected.Length - logits.Length));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static SequenceState Read(BatchedModel model, ReadOnlySpan<int> tokens)
    {
        var state = model.CreateState();
        model.Prefill(state, tokens, new float[model.Vocabulary]);
        return state;
    }
}
