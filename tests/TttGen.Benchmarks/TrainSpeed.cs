using System.Diagnostics;
using System.Globalization;
using TttGen.Benchmarks.Training;
using TttGen.Cpu;
using TttGen.Inference;
using TttGen.Training;
using TttGen.Training.Optimisation;

namespace TttGen.Benchmarks;

/// <summary>Whole steps of training, AdamW and packing included, beside the machine's limit.</summary>
internal static unsafe class TrainSpeed
{
    private const int Sequences = 4, Length = 512;

    /// <summary>train [part of a name] [kernels].</summary>
    public static void Print(string part, bool kernels)
    {
        foreach (var definition in new[] { LinearBytes.Definition, LinearPieces.Definition, MlpBytes.Definition })
            if (definition.Name.Contains(part, StringComparison.OrdinalIgnoreCase)) Print(definition, kernels);
    }

    private static void Print(ModelDefinition definition, bool kernels)
    {
        using var model = definition.CreateTrainable(1, new TrainableOptions { Threads = 2, MaxTokens = Sequences * Length });
        var random = new Random(1);
        var tokens = Enumerable.Range(0, Sequences * Length + 1).Select(_ => random.Next(model.Vocabulary)).ToArray();
        var batch = new TrainingBatch(tokens.AsMemory(0, Sequences * Length), tokens.AsMemory(1), [.. Enumerable.Repeat(new TrainingSequence(Length), Sequences)]);
        using var optimiser = new AdamW(model, new AdamWOptions());
        double fma = 0;
        var times = new List<double>();
        for (var step = 0; step < 25; step++)
        {
            fma = Math.Max(fma, MachineLimits.FmaGflops(2));
            if (step == 5) model.Times.Clear();
            var start = Stopwatch.GetTimestamp();
            model.Accumulate(batch, 1.0 / (Sequences * Length));
            optimiser.Update(step + 1, 1e-3, optimiser.GradientNorm());
            if (step >= 5) times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        times.Sort();
        var (median, best) = (times[times.Count / 2], times[0]);
        var (body, head) = definition.FlopsPerToken;
        // backward: twice the products
        var flops = 3.0 * (body + head) * Sequences * Length;
        Line($"{definition.Name,-14} median {1000 * median:F1} ms: {Sequences * Length / median:F0} tokens/s, {flops / median / 1e9 / fma:P0} of {fma:F0} GFLOP/s; best {1000 * best:F1} ms: {Sequences * Length / best:F0}");
        if (!kernels) return;
        foreach (var (name, seconds) in model.Times.OrderByDescending(t => t.Value)) Line($"  {1000 * seconds / 20,8:F2} ms {name}");
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
