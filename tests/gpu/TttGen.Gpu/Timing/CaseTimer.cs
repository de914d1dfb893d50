using System.Diagnostics;
using TttGen.Cpu;
using TttGen.Cuda;
using TttGen.Gpu.Models;
using TttGen.Gpu.Results;
using TttGen.Inference;

namespace TttGen.Gpu.Timing;

/// <summary>Times cases. A case for which the GPU has not the memory is told so, and the next one goes on.</summary>
/// <param name="device">Where; null: on the CPU.</param>
/// <param name="log">Where results go.</param>
/// <param name="caseSeconds">How long the repetitions of a case may take.</param>
/// <param name="budget">Seconds after which no further case is begun.</param>
internal sealed class CaseTimer(Device? device, ResultLog log, double caseSeconds, double budget)
{
    /// <summary>Whose results these are.</summary>
    public const string Who = "TttGen";

    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>Times cases; of each model there is one in memory at a time.</summary>
    /// <returns>Those that there was no time for.</returns>
    public IReadOnlyList<Case> Run(IEnumerable<Case> cases)
    {
        var left = new List<Case>();
        foreach (var ofModel in cases.GroupBy(work => work.Model))
        {
            RandomCheckpoint? checkpoint = null;
            foreach (var ofType in ofModel.GroupBy(work => work.Weights))
            {
                if (IsOver)
                {
                    left.AddRange(ofType);
                    continue;
                }
                checkpoint ??= new RandomCheckpoint(KnownModel.Named(ofModel.Key).Definition);
                left.AddRange(Run([.. ofType], checkpoint.Folder));
            }
            checkpoint?.Dispose();
        }
        return left;
    }

    private bool IsOver => Stopwatch.GetElapsedTime(_start).TotalSeconds >= budget || device is CudaDevice { Broken: true };

    /// <summary>Cases of one model and type of weights.</summary>
    private IReadOnlyList<Case> Run(Case[] cases, string folder)
    {
        BatchedModel? model = null;
        try
        {
            var wanted = cases[0].Weights == "bf16" ? WeightType.BFloat16 : WeightType.Float32;
            model = (BatchedModel)KnownModel.Named(cases[0].Model).Definition.Load(folder, new ModelOptions { Device = device, Weights = wanted });
            if (model.Weights != wanted)
                throw new TttException($"no kernels for {cases[0].Weights}");
            for (var i = 0; i < cases.Length; i++)
            {
                if (IsOver)
                    return cases[i..];
                log.Add(Run(cases[i], model));
            }
        }
        // What stops a model from being there at all.
        catch (TttException exception)
        {
            foreach (var work in cases)
                log.Add(Refused(work, exception.Message));
        }
        finally
        {
            model?.Dispose();
        }
        return [];
    }

    private Timed Run(Case work, BatchedModel model)
    {
        try
        {
            using var call = new CaseCall(work, model);
            var times = Repeats.Of(caseSeconds, call.Run).Over(call.Steps);
            if (!call.IsFinite)
                return Refused(work, "logits that are no numbers");
            var cost = Cost.Of(model.Definition, model.StateTensors, work);
            return new Timed(Who, work.Model, work.Weights, work.Work, work.Tokens, work.Batch, times.Median, times.Sorted[0], times.Sorted[^1], times.Sorted.Count, cost.Flops, cost.Bytes);
        }
        catch (TttException exception)
        {
            return Refused(work, exception.Message);
        }
    }

    private static Timed Refused(Case work, string why) =>
        new(Who, work.Model, work.Weights, work.Work, work.Tokens, work.Batch, Why: why.Contains("out of memory", StringComparison.OrdinalIgnoreCase) || why.Contains("OUT_OF_MEMORY", StringComparison.Ordinal) ? "out of memory" : why);
}
