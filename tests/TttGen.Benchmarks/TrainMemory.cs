using System.Diagnostics;
using System.Globalization;
using TttGen.Benchmarks.Training;
using TttGen.Training;

namespace TttGen.Benchmarks;

/// <summary>A long sequence: how the memory of checkpoints of inner states, and the time of a step, go with their interval.</summary>
internal static class TrainMemory
{
    private const int Length = 8192, Steps = 4, Threads = 2;

    /// <summary>Bytes that a mini-batch's gradient has in between, on each thread.</summary>
    private const long Intermediates = sizeof(float) * LinearBytes.LinearMemoryScanBackward.ScratchSize;

    /// <summary>8192 tokens of one sequence; one model after the other, in this process.</summary>
    public static void Print()
    {
        foreach (var every in new[] { 1, 4, 16, 22, 32, 64, 512 })
        {
            using var model = (CompiledTrainable)LinearBytes.Definition.CreateTrainable(1, new TrainableOptions { Threads = Threads, MaxTokens = Length, CheckpointEvery = every });
            var random = new Random(1);
            var tokens = Enumerable.Range(0, Length + 1).Select(_ => random.Next(model.Vocabulary)).ToArray();
            var batch = new TrainingBatch(tokens.AsMemory(0, Length), tokens.AsMemory(1), [new TrainingSequence(Length)]);
            var best = double.MaxValue;
            for (var step = 0; step < Steps; step++)
            {
                var start = Stopwatch.GetTimestamp();
                model.Accumulate(batch, 1.0 / Length);
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"every {every,3}: a layer's scan in the backward pass {Threads * (model.KeptBytes + Intermediates) / 1024.0,6:F0} KiB, of which {Threads * model.KeptBytes / 1024.0,6:F0} are states and inner gradients; step {1000 * best:F0} ms, {model.WorkingBytes >> 20} MiB beside the weights, peak of the process {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB"));
        }
    }
}
