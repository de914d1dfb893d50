using System.Diagnostics;
using TttGen.App.CommandLine;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.App.Benchmarking;

/// <summary>Times workloads on a model, batch 1, and the machine's limits between the repetitions.</summary>
internal sealed class Bench(TttModel model, Func<int, MachineSpeed> measureLimits, CancellationToken interrupted)
{
    private const int Repetitions = 5;

    // Whole mini-batches for every usual size of them, so that the state's update has its right share.
    private const int DecodeSteps = 64;

    private readonly float[] _logits = new float[model.Vocabulary];

    /// <summary>Runs a workload: once to warm up, then the median of five.</summary>
    public Measurement Run(Workload workload)
    {
        using var start = model.CreateState();
        if (workload.Context > 0) model.Prefill(start, RandomTokens(workload.Context), _logits);
        var (calls, tokens) = workload.IsDecode ? (DecodeSteps, DecodeSteps) : (1, workload.Tokens);
        PeakMemory.Restart();
        using var state = start.Fork();
        Work(state)();
        var memory = new MemoryUse(model.WeightBytes, state.Bytes, model.WorkingBytes, PeakMemory.Read());

        var limits = default(MachineSpeed);
        var seconds = new double[Repetitions];
        long allocated = 0;
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            interrupted.ThrowIfCancellationRequested();
            limits = limits.Best(measureLimits(model.Threads));
            // a state that grows is as long in every repetition
            using var repeated = start.Fork();
            var run = Work(repeated);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var begun = Stopwatch.GetTimestamp();
            run();
            seconds[repetition] = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Array.Sort(seconds);
        return new Measurement(
            workload, model.Threads, tokens / seconds[Repetitions / 2], FlopsPerToken(workload), workload.IsDecode ? BytesPerStep(workload.Context) : null, limits,
            (double)allocated / calls, memory);

        Action Work(SequenceState state) => workload.IsDecode ? Decode(state) : Prefill(workload, state);
    }

    private Action Decode(SequenceState state)
    {
        var tokens = RandomTokens(DecodeSteps);
        return () =>
        {
            foreach (var token in tokens)
                model.Decode(state, token, _logits);
        };
    }

    private Action Prefill(Workload workload, SequenceState state)
    {
        var tokens = RandomTokens(workload.Tokens);
        if (workload.LastLogit)
        {
            return () =>
            {
                state.Reset();
                model.Prefill(state, tokens, _logits);
            };
        }
        SequenceState[] states = [state];
        int[] lengths = [tokens.Length];
        LogitsConsumer consumer = static (_, _, _) => { };
        return () =>
        {
            state.Reset();
            model.Prefill(states, tokens, lengths, consumer);
        };
    }

    private double FlopsPerToken(Workload workload)
    {
        var (body, head) = model.Definition.FlopsPerToken;
        var attention = model.Definition.Attention.Sum(a => a.FlopsPerKey * a.MeanKeys(workload.Context, workload.IsDecode ? DecodeSteps : workload.Tokens));
        return attention + body + (workload.LastLogit ? (double)head / workload.Tokens : head);
    }

    // An embedding that is not the head's matrix too is read one row a token: nothing to speak of.
    private double BytesPerStep(int context)
    {
        var parameters = model.Definition.Parameters;
        var unread = parameters.Any(parameter => parameter.Key == "lm_head.weight")
            ? parameters.Where(parameter => parameter.Key.EndsWith("embed_tokens.weight", StringComparison.Ordinal)).Sum(parameter => parameter.Count)
            : 0;
        return model.WeightBytes - unread * model.Weights.Bytes() + 2 * model.StateBytes
            + model.Definition.Attention.Sum(a => a.BytesPerKey * a.MeanKeys(context, DecodeSteps)) * (model.Cache == CacheType.BFloat16 ? 0.5 : 1);
    }

    private int[] RandomTokens(int count)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(model.Vocabulary))];
    }
}
