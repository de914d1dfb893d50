using TttGen.Cpu;

namespace TttGen.Runtime.Tests.Cpu;

public sealed class WorkerPoolTests
{
    private sealed class Count(int workers) : IParallelWork
    {
        public readonly int[] Seen = new int[workers];
        public int Kernel;

        public void Execute(int kernel, int worker, int of)
        {
            Assert.Equal(Seen.Length, of);
            Seen[worker]++;
            Volatile.Write(ref Kernel, kernel);
        }
    }

    private sealed class Nothing : IParallelWork
    {
        public void Execute(int kernel, int worker, int workers)
        {
        }
    }

    private sealed class Fail(Func<int, bool> who) : IParallelWork
    {
        public int Finished;

        public void Execute(int kernel, int worker, int workers)
        {
            if (who(worker))
                throw new InvalidDataException($"worker {worker}");
            Thread.Sleep(5);
            Interlocked.Increment(ref Finished);
        }
    }

    private sealed class Nested(WorkerPool pool) : IParallelWork
    {
        public void Execute(int kernel, int worker, int workers)
        {
            if (worker == 0)
                pool.Run(this, 0);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(9)]
    public void Every_worker_does_every_round_once(int threads)
    {
        using var pool = new WorkerPool(threads);
        Assert.Equal(threads, pool.Threads);
        var work = new Count(threads);
        for (int round = 1; round <= 3000; round++)
        {
            pool.Run(work, round);
            Assert.Equal(round, work.Kernel);
            Assert.All(work.Seen, seen => Assert.Equal(round, seen));
        }
    }

    [Fact]
    public void Workers_that_fell_asleep_are_woken()
    {
        using var pool = new WorkerPool(3);
        var work = new Count(3);
        for (int round = 1; round <= 20; round++)
        {
            Thread.Sleep(3);
            pool.Run(work, 0);
            Assert.All(work.Seen, seen => Assert.Equal(round, seen));
        }
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(4, 0)]
    [InlineData(4, 3)]
    public void An_exception_is_thrown_by_Run_after_all_have_finished(int threads, int failing)
    {
        using var pool = new WorkerPool(threads);
        var work = new Fail(worker => worker == failing);
        Assert.Equal($"worker {failing}", Assert.Throws<InvalidDataException>(() => pool.Run(work, 0)).Message);
        Assert.Equal(threads - 1, work.Finished);

        var next = new Count(threads);
        pool.Run(next, 7);
        Assert.All(next.Seen, seen => Assert.Equal(1, seen));
    }

    [Fact]
    public void One_of_several_exceptions_is_thrown_and_the_others_are_forgotten()
    {
        using var pool = new WorkerPool(4);
        Assert.Throws<InvalidDataException>(() => pool.Run(new Fail(_ => true), 0));
        pool.Run(new Count(4), 0);
    }

    [Fact]
    public void A_round_inside_a_round_is_refused()
    {
        using var pool = new WorkerPool(2);
        Assert.Contains("expected an idle pool", Assert.Throws<InvalidOperationException>(() => pool.Run(new Nested(pool), 0)).Message);
        pool.Run(new Count(2), 0);
    }

    [Fact]
    public void Rounds_allocate_nothing()
    {
        using var pool = new WorkerPool(2);
        var work = new Nothing();
        for (int i = 0; i < 100; i++)
            pool.Run(work, 0);
        long least = long.MaxValue;
        for (int attempt = 0; attempt < 3 && least > 0; attempt++)
        {
            // Once in a while a collection meanwhile, of what other tests leave, counts the rest of this thread's allocation buffer.
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                // Some rounds find the workers asleep.
                if (i % 100 == 0)
                    Thread.Sleep(2);
                pool.Run(work, 0);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    [Fact]
    public void Disposal_ends_the_threads_and_can_be_repeated()
    {
        var pool = new WorkerPool(4);
        pool.Run(new Count(4), 0);
        pool.Dispose();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.Run(new Count(4), 0));

        // Never used, awake or asleep.
        new WorkerPool(4).Dispose();
        var sleeping = new WorkerPool(2);
        Thread.Sleep(20);
        sleeping.Dispose();
    }

    [Fact]
    public void No_threads_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerPool(0));
}
