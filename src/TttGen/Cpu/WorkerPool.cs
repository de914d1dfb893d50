using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace TttGen.Cpu;

/// <summary>
/// Persistent threads for fork and join: about a microsecond a round, nothing allocated. Idle workers spin for a moment, since the next kernel
/// follows at once while a model runs, and then sleep. The caller is worker 0.
/// </summary>
public sealed class WorkerPool : IDisposable
{
    // Where all cores are busy, the thread that is waited for may wait for this very core: so it is given away soon.
    private static readonly long SpinTicks = Stopwatch.Frequency / 10_000, YieldTicks = Stopwatch.Frequency / 100_000;

    private readonly Thread[] _threads;
    private readonly Sleeper[] _sleepers;
    private readonly Sleeper _caller = new();
    private readonly Lifetime _lifetime;
    private IParallelWork? _work;
    private int _kernel;
    private int _round;
    private int _pending;
    private volatile bool _stopped;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Starts <paramref name="threads"/> − 1 threads.</summary>
    /// <param name="threads">Workers, the caller included: 1 or more.</param>
    public WorkerPool(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, MostThreads);
        Threads = threads;
        _lifetime = new Lifetime("the worker pool", "WorkerPool.Run: expected an idle pool, found one in the middle of a round; give each caller its own pool.", Stop);
        _threads = new Thread[threads - 1];
        _sleepers = new Sleeper[threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _sleepers[i] = new Sleeper();
            _threads[i] = new Thread(() => Serve(worker)) { IsBackground = true, Name = $"TttGen worker {worker}" };
            _threads[i].Start();
        }
    }

    /// <summary>Threads that a pool may have: more than this machine has use for.</summary>
    public static int MostThreads { get; } = Math.Max(128, 4 * Environment.ProcessorCount);

    /// <summary>A pool of so many workers; 0: one a processor.</summary>
    internal static WorkerPool Of(int threads) => new(threads == 0 ? Math.Min(MostThreads, Environment.ProcessorCount) : threads);

    /// <summary>Workers, the caller included.</summary>
    public int Threads { get; }

    /// <summary>Runs one kernel on all workers and waits for them. An exception of any worker is thrown here, after all are done.</summary>
    /// <exception cref="ObjectDisposedException">The pool's threads have ended.</exception>
    /// <exception cref="InvalidOperationException">The pool is in the middle of another round: it serves one caller at a time.</exception>
    public void Run(IParallelWork work, int kernel)
    {
        ArgumentNullException.ThrowIfNull(work);
        using Lifetime.Call call = _lifetime.Take();
        if (Threads == 1)
        {
            work.Execute(kernel, 0, 1);
            return;
        }

        _work = work;
        _kernel = kernel;
        _pending = Threads - 1;
        Interlocked.Increment(ref _round);
        foreach (Sleeper sleeper in _sleepers)
            sleeper.Wake();
        Share(0);
        Join();
        _work = null;
        ExceptionDispatchInfo? failure = Interlocked.Exchange(ref _failure, null);
        failure?.Throw();
    }

    /// <summary>Ends the threads; where a round is at work, when it has ended.</summary>
    public void Dispose() => _lifetime.Close();

    private void Stop()
    {
        _stopped = true;
        Interlocked.Increment(ref _round);
        foreach (Sleeper sleeper in _sleepers)
            sleeper.Wake();
        foreach (Thread thread in _threads)
            thread.Join();
        foreach (Sleeper sleeper in _sleepers)
            sleeper.Dispose();
        _caller.Dispose();
    }

    private void Serve(int worker)
    {
        Sleeper sleeper = _sleepers[worker - 1];
        for (int seen = 0; ; seen++)
        {
            long start = Stopwatch.GetTimestamp();
            while (Volatile.Read(ref _round) == seen)
            {
                if (!Spins(start))
                {
                    sleeper.Prepare();
                    if (Volatile.Read(ref _round) == seen)
                        sleeper.Sleep();
                    else
                        sleeper.Cancel();
                }
            }

            if (_stopped)
                return;
            Share(worker);
            if (Interlocked.Decrement(ref _pending) == 0)
                _caller.Wake();
        }
    }

    /// <summary>Waits for a moment; false once it is time to sleep.</summary>
    private static bool Spins(long start)
    {
        long waited = Stopwatch.GetTimestamp() - start;
        if (waited < YieldTicks)
            Thread.SpinWait(1);
        else if (waited < SpinTicks)
            Thread.Yield();
        return waited < SpinTicks;
    }

    private void Share(int worker)
    {
        try
        {
            _work!.Execute(_kernel, worker, Threads);
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        }
    }

    private void Join()
    {
        long start = Stopwatch.GetTimestamp();
        while (Volatile.Read(ref _pending) != 0)
        {
            if (!Spins(start))
            {
                _caller.Prepare();
                if (Volatile.Read(ref _pending) != 0)
                    _caller.Sleep();
                else
                    _caller.Cancel();
            }
        }
    }

    /// <summary>
    /// One thread's bed. Prepare says "about to sleep" before the condition is read once more, Wake reads that after the condition was set:
    /// one of the two always sees the other.
    /// </summary>
    private sealed class Sleeper : IDisposable
    {
        private readonly AutoResetEvent _event = new(false);
        private int _asleep;

        public void Prepare() => Interlocked.Exchange(ref _asleep, 1);

        public void Sleep() => _event.WaitOne();

        public void Cancel()
        {
            // Already woken: the signal is under way and must be taken, or the next sleep would end at once.
            if (Interlocked.Exchange(ref _asleep, 0) == 0)
                _event.WaitOne();
        }

        public void Wake()
        {
            if (Interlocked.Exchange(ref _asleep, 0) != 0)
                _event.Set();
        }

        public void Dispose() => _event.Dispose();
    }
}
