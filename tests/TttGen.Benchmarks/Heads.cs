using TttGen.Cpu;
using TttGen.Training;

namespace TttGen.Benchmarks;

/// <summary>Training: the last product with its loss and gradients, 2048 rows of 256, two threads. The limit is that of both.</summary>
internal static unsafe class Heads
{
    private const int Rows = 2048, Width = 256;

    public static IEnumerable<Measurement> All(WorkerPool pool)
    {
        foreach (int vocabulary in new[] { 256, 32000 })
        {
            var work = new Work(pool, vocabulary);
            double product = 2.0 * Rows * Width * vocabulary;
            yield return new($"head {Rows} x {Width} x {vocabulary}, loss", Limit.Fma, product, 1, () => work.Run(gradient: false)) { Threads = pool.Threads };
            yield return new($"head {Rows} x {Width} x {vocabulary}, gradients too", Limit.Fma, 3 * product, 1, () => work.Run(gradient: true)) { Threads = pool.Threads };
        }
    }

    private sealed class Work(WorkerPool pool, int vocabulary)
    {
        private readonly CrossEntropyHead _head = new(pool, Width, vocabulary, Rows);
        private readonly PackedMatrix _forth = Operands.Weights(Width, vocabulary, WeightType.Float32);
        private readonly PackedMatrix _back = Operands.Weights(vocabulary, Width, WeightType.Float32);
        private readonly NativeBuffer _x = Operands.Numbers(Rows * Width);
        private readonly NativeBuffer _dX = Operands.Numbers(Rows * Width);
        private readonly NativeBuffer _dHead = Operands.Numbers(vocabulary * Width);
        private readonly int[] _targets = [.. Enumerable.Range(0, Rows).Select(i => i * 7 % vocabulary)];

        public void Run(bool gradient)
        {
            fixed (int* targets = _targets)
                _head.Run(_x.Pointer, Width, targets, Rows, _forth, _back, 1e-3f, gradient ? _dX.Pointer : null, Width, _dHead.Pointer);
        }
    }
}
