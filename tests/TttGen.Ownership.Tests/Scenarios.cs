using TttGen.Inference;
using TttGen.Training;
using TttGen.Training.Data;

namespace TttGen.Ownership.Tests;

/// <summary>What goes wrong where native memory has no owner. Each says "whole" at its end, or throws.</summary>
internal static class Scenarios
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 21).Select(static t => t * 7 % 256)];

    internal static int Run(string scenario, int count)
    {
        Action<int> run = scenario switch
        {
            nameof(States_that_die_in_Save) => States_that_die_in_Save,
            nameof(Models_that_die_in_Prefill) => Models_that_die_in_Prefill,
            nameof(Trainings_that_die_in_Save) => Trainings_that_die_in_Save,
            nameof(Carries_that_die_while_their_numbers_are_read) => Carries_that_die_while_their_numbers_are_read,
            nameof(States_disposed_of_in_calls) => States_disposed_of_in_calls,
            nameof(Models_disposed_of_in_calls) => Models_disposed_of_in_calls,
            nameof(States_disposed_of_during_calls) => States_disposed_of_during_calls,
            nameof(Models_disposed_of_during_calls) => Models_disposed_of_during_calls,
            nameof(Trainables_disposed_of_during_calls) => Trainables_disposed_of_during_calls,
            nameof(Eight_threads_on_one_model) => Eight_threads_on_one_model,
            nameof(Eight_threads_on_one_state) => Eight_threads_on_one_state,
            nameof(Eight_threads_on_one_trainable) => Eight_threads_on_one_trainable,
            _ => throw new ArgumentException(scenario),
        };
        run(count);
        Console.WriteLine("whole");
        return 0;
    }

    private static ModelOptions OneThread { get; } = new() { Threads = 1 };

    internal static void States_that_die_in_Save(int count)
    {
        using var folder = new TemporaryDirectory();
        using var model = TinyModel.Create(1, OneThread);
        using var kept = model.CreateState();
        model.Prefill(kept, Tokens, new float[256]);
        kept.Save(folder["expected"]);
        var expected = File.ReadAllBytes(folder["expected"]);
        using var collecting = new CollectingThread();
        for (var i = 0; i < count; i++)
        {
            SaveAndForget(kept, folder["found"]);
            Expect(expected.AsSpan().SequenceEqual(File.ReadAllBytes(folder["found"])), $"save {i}: another file");
        }

        static void SaveAndForget(SequenceState from, string path) => from.Fork().Save(path);
    }

    internal static void Models_that_die_in_Prefill(int count)
    {
        var expected = Logits(TinyModel.Create(1, OneThread));
        using var collecting = new CollectingThread();
        for (var i = 0; i < count; i++)
            Expect(expected.AsSpan().SequenceEqual(Logits(TinyModel.Create(1, OneThread))), $"prefill {i}: other logits");

        static float[] Logits(CompiledModel model)
        {
            var (logits, state) = (new float[256], model.CreateState());
            model.Prefill(state, Tokens, logits);
            return logits;
        }
    }

    internal static void Trainings_that_die_in_Save(int count)
    {
        using var folder = new TemporaryDirectory();
        using var data = TinyTraining.Data(folder);
        var expected = Checkpoint(data, folder["expected"]);
        using var collecting = new CollectingThread();
        for (var i = 0; i < count; i++)
            Expect(expected.AsSpan().SequenceEqual(Checkpoint(data, folder["found"])), $"checkpoint {i}: another file");

        static byte[] Checkpoint(TrainingData data, string path)
        {
            TinyTraining.Start(data).Save(path, new TrainerOptions());
            return File.ReadAllBytes(path);
        }
    }

    internal static void Carries_that_die_while_their_numbers_are_read(int count)
    {
        using var model = TinyTraining.Model();
        using var collecting = new CollectingThread();
        for (var i = 0; i < count; i++)
        {
            var numbers = Numbers(model);
            for (var at = 0; at < numbers.Length; at++)
                Expect(numbers[at] == at, $"carry {i}: another number at {at}");
        }

        static Span<float> Numbers(TrainableModel model)
        {
            var numbers = model.CreateCarry().Numbers;
            for (var at = 0; at < numbers.Length; at++)
                numbers[at] = at;
            return numbers;
        }
    }

    internal static void States_disposed_of_in_calls(int count)
    {
        using var model = TinyModel.Create(1, OneThread);
        float[] expected = new float[256], found = new float[256];
        using (var state = model.CreateState())
            model.Prefill(state, Tokens, expected);
        for (var i = 0; i < count; i++)
        {
            var state = model.CreateState();
            SequenceState? other = null;
            model.Observer = (reading, _, _, _) =>
            {
                if (other is not null) return;
                reading.Dispose();

                // Where the memory was freed, this takes it.
                other = model.CreateState();
            };
            model.Prefill(state, Tokens, found);
            Expect(expected.AsSpan().SequenceEqual(found), $"disposal {i}: other logits");
            ExpectDisposed(() => model.Prefill(state, Tokens, found));
            ExpectDisposed(state.Reset);
            other!.Dispose();
        }
    }

    internal static void Models_disposed_of_in_calls(int count)
    {
        float[] expected = new float[256], found = new float[256];
        for (var i = 0; i < count; i++)
        {
            var model = TinyModel.Create(1, OneThread);
            using var state = model.CreateState();
            if (i > 0) model.Observer = (_, _, _, _) => model.Dispose();
            model.Prefill(state, Tokens, found);
            if (i == 0) found.CopyTo(expected, 0);
            Expect(expected.AsSpan().SequenceEqual(found), $"disposal {i}: other logits");
            if (i > 0) ExpectDisposed(() => model.Prefill(state, Tokens, found));
        }
    }

    private static void ExpectDisposed(Action call)
    {
        try
        {
            call();
        }
        catch (ObjectDisposedException)
        {
            return;
        }
        throw new InvalidDataException("a call after the disposal was taken");
    }

    internal static void States_disposed_of_during_calls(int count)
    {
        using var model = TinyModel.Create(1, OneThread);
        var expected = new float[256];
        using (var state = model.CreateState())
            model.Prefill(state, Tokens, expected);
        for (var i = 0; i < count; i++)
        {
            var state = model.CreateState();
            var found = new float[256];
            DuringCall(state.Dispose, () => Read(model, state, found), () => Expect(expected.AsSpan().SequenceEqual(found), $"disposal {i}: other logits"));
        }
    }

    internal static void Models_disposed_of_during_calls(int count)
    {
        float[]? expected = null;
        for (var i = 0; i < count; i++)
        {
            var model = TinyModel.Create(1, OneThread);
            using var state = model.CreateState();
            var found = new float[256];
            DuringCall(model.Dispose, () => Read(model, state, found), () => Expect((expected ??= found).AsSpan().SequenceEqual(found), $"disposal {i}: other logits"));
        }
    }

    internal static void Trainables_disposed_of_during_calls(int count)
    {
        double? expected = null;
        for (var i = 0; i < count; i++)
        {
            var model = TinyTraining.Model();
            double nats = 0;
            DuringCall(model.Dispose, () => nats = model.Accumulate(TinyTraining.Batch, 1).Nats, () => Expect((expected ??= nats) == nats, $"disposal {i}: another loss"));
        }
    }

    private static void Read(CompiledModel model, SequenceState state, float[] logits)
    {
        state.Reset();
        model.Prefill(state, Tokens, logits);
    }

    /// <summary>Disposes of what a call uses at some moment of the call, or before it or after it: the call is right or refused.</summary>
    private static void DuringCall(Action dispose, Action call, Action check)
    {
        using var begun = new ManualResetEventSlim();
        var disposing = new Thread(() =>
        {
            begun.Wait();
            Thread.SpinWait(Random.Shared.Next(20_000));
            dispose();
        });
        disposing.Start();
        try
        {
            begun.Set();
            while (true)
            {
                call();
                check();
            }
        }
        catch (ObjectDisposedException)
        {
            disposing.Join();
        }
    }

    internal static void Eight_threads_on_one_model(int count)
    {
        using var model = TinyModel.Create(1, new ModelOptions { Threads = 2 });
        var expected = new float[256];
        using (var state = model.CreateState())
            model.Prefill(state, Tokens, expected);
        OnEightThreads(count, () =>
        {
            using var state = model.CreateState();
            var found = new float[256];
            model.Prefill(state, Tokens, found);
            Expect(expected.AsSpan().SequenceEqual(found), "other logits");
        });
    }

    internal static void Eight_threads_on_one_state(int count)
    {
        using var model = TinyModel.Create(1, OneThread);
        using var state = model.CreateState();
        OnEightThreads(count, () =>
        {
            using var fork = state.Fork();
            Expect(fork.Position == 0, "another position");
            state.Reset();
        });
    }

    internal static void Eight_threads_on_one_trainable(int count)
    {
        using var model = TinyTraining.Model();
        var expected = model.Measure(TinyTraining.Batch).Nats;
        OnEightThreads(count, () => Expect(model.Measure(TinyTraining.Batch).Nats == expected, "another loss"));
    }

    /// <summary>Calls that meet are refused, all others are right; and some meet.</summary>
    private static void OnEightThreads(int count, Action call)
    {
        var (done, refused) = (0, 0);
        Exception? failure = null;
        var threads = Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            try
            {
                while (Volatile.Read(ref done) < count && failure is null)
                {
                    try
                    {
                        call();
                        Interlocked.Increment(ref done);
                    }
                    catch (InvalidOperationException error) when (error.Message.Contains("in the middle of another call", StringComparison.Ordinal))
                    {
                        Interlocked.Increment(ref refused);
                    }
                }
            }
            catch (Exception error)
            {
                failure = error;
            }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        if (failure is not null) throw failure;
        Expect(refused > 0, "no two calls met");
    }

    private static void Expect(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidDataException(otherwise);
    }
}
