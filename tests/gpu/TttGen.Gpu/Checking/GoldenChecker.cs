using TttGen.Checkpoints;
using TttGen.Cuda;
using TttGen.Gpu.Models;
using TttGen.Gpu.Results;
using TttGen.Inference;

namespace TttGen.Gpu.Checking;

/// <summary>Compares with tensors of the authors' reference code (tests/TttGen.Numerics.Tests/golden/README.md).</summary>
internal sealed class GoldenChecker(KnownModel known, Device? device, ResultLog log, string goldens) : Checker(known, device, log)
{
    /// <summary>Tokens that the reference read at once, before single ones, where it kept states.</summary>
    private const int ReadAtOnce = 32;

    /// <summary>Whether single tokens are read, too.</summary>
    public bool Decodes { get; init; } = true;

    /// <summary>Every case of the model.</summary>
    public void Run()
    {
        foreach (var name in Known.Goldens)
        {
            var folder = Path.Combine(goldens, name);
            using var golden = SafetensorsFile.Open(Path.Combine(folder, "case.safetensors"));
            using var model = LoadOnDevice(folder);
            Run(name, golden, model);
        }
    }

    private void Run(string name, SafetensorsFile golden, TttModel model)
    {
        var ids = golden.Tensors["input_ids"];
        var (sequences, length) = ((int)ids.Shape[0], (int)ids.Shape[1]);
        int[][] tokens = [.. Enumerable.Range(0, sequences).Select(s => Tokens(golden, s, length))];
        var expected = new float[golden.Tensors["logits"].Count];
        golden.Read("logits", 0, expected);

        float[] found = [];
        Compare($"{name}: logits of one call", () => RelativeError.Of(found = Join(model.AllLogits(tokens)), expected));
        if (Decodes) Compare($"{name}: logits token by token", () => RelativeError.Of(Join(model.DecodedLogits(tokens)), expected));
        Compare($"{name}: loss", () =>
        {
            var loss = new float[1];
            golden.Read("loss", 0, loss);
            return RelativeError.Of([(float)Loss(found, tokens, model.Vocabulary)], loss);
        });
        if (Decodes && golden.Tensors.ContainsKey("state.W1") && model is BatchedModel compiled)
            Compare($"{name}: states", () => States(golden, compiled, tokens));
    }

    /// <summary>Inner weights and gradient sums, as the reference reached them; the worst of them all.</summary>
    private static double States(SafetensorsFile golden, BatchedModel model, int[][] tokens)
    {
        var worst = 0.0;
        for (var s = 0; s < tokens.Length; s++)
        {
            using var state = model.CreateState();
            var logits = new float[model.Vocabulary];
            model.Prefill(state, tokens[s].AsSpan(0, ReadAtOnce), logits);
            foreach (var token in tokens[s].AsSpan(ReadAtOnce))
                model.Decode(state, token, logits);
            worst = Math.Max(worst, StateError(golden, model, state, s, tokens.Length));
        }
        return worst;
    }

    /// <summary>The worst of a sequence's inner weights and gradient sums, once it is read to its end.</summary>
    internal static double StateError(SafetensorsFile golden, BatchedModel model, SequenceState state, int sequence, int sequences)
    {
        var worst = 0.0;
        foreach (var tensor in model.StateTensors)
        {
            var all = model.ReadState(state, tensor.Name);
            var size = tensor.Heads * tensor.Count;
            for (var layer = 0; layer < tensor.Layers; layer++)
            {
                var expected = new float[size];
                golden.Read(KeyOf(tensor.Name), (long)(layer * sequences + sequence) * size, expected);
                worst = Math.Max(worst, RelativeError.Of(all.AsSpan(layer * size, size), expected));
            }
        }
        return worst;
    }

    /// <summary>LinearMemory.B1Sum is state.b1_grad.</summary>
    private static string KeyOf(string name)
    {
        const string Sum = "Sum";
        var weight = name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..];
        var isSum = weight.EndsWith(Sum, StringComparison.Ordinal);
        weight = isSum ? weight[..^Sum.Length] : weight;
        return $"state.{(weight[0] == 'B' ? "b" + weight[1..] : weight)}{(isSum ? "_grad" : "")}";
    }

    /// <summary>Mean cross-entropy of each next token.</summary>
    private static double Loss(ReadOnlySpan<float> logits, int[][] tokens, int vocabulary)
    {
        var sum = 0.0;
        var length = tokens[0].Length;
        for (var s = 0; s < tokens.Length; s++)
            for (var t = 0; t + 1 < length; t++)
            {
                var row = logits.Slice((s * length + t) * vocabulary, vocabulary);
                double most = float.NegativeInfinity, total = 0;
                foreach (var logit in row)
                    most = Math.Max(most, logit);
                foreach (var logit in row)
                    total += Math.Exp(logit - most);
                sum += most + Math.Log(total) - row[tokens[s][t + 1]];
            }
        return sum / (tokens.Length * (length - 1));
    }

    private static int[] Tokens(SafetensorsFile golden, int sequence, int length)
    {
        var ids = new long[length];
        golden.ReadInt64("input_ids", (long)sequence * length, ids);
        return [.. ids.Select(id => (int)id)];
    }

    private static float[] Join(float[][] rows) => [.. rows.SelectMany(static row => row)];
}
