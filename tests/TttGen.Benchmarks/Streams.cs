using TttGen.Cpu;

namespace TttGen.Benchmarks;

/// <summary>Decoding: few rows times weights that no cache holds, two threads.</summary>
internal static class Streams
{
    /// <summary>Size of each matrix: many times the caches, and short enough to be read in peace at times.</summary>
    private const long Bytes = 192 << 20;

    private const int Inner = 768;
    private const int MostRows = 4;

    public static IEnumerable<Measurement> All(WorkerPool pool)
    {
        var buffer = Operands.Numbers(Bytes / sizeof(float));
        var read = new ReadSweep(buffer);
        Measurement Reading() => new("read", Limit.Bandwidth, Bytes, 1, () => pool.Run(read, 0));
        foreach (WeightType type in Enum.GetValues<WeightType>())
        {
            var weights = Operands.Weights(Inner, (int)(Bytes / Inner / (type == WeightType.Float32 ? 4 : type == WeightType.BFloat16 ? 2 : 1)), type);
            for (int rows = 1; rows <= MostRows; rows *= 2)
            {
                var sweep = new Sweep(weights, rows, pool.Threads);
                yield return new($"stream {rows} x {Inner} {type}", Limit.Bandwidth, weights.Bytes, 1, () => pool.Run(sweep, 0)) { Reading = Reading() };
            }
        }
    }

    private sealed class Sweep(PackedMatrix weights, int rows, int workers) : IParallelWork
    {
        private readonly NativeBuffer _a = Operands.Numbers(MostRows * Inner);
        private readonly NativeBuffer[] _tiles = [.. Enumerable.Range(0, workers).Select(_ => new NativeBuffer(MostRows * PackedMatrix.PanelWidth))];

        public void Execute(int kernel, int worker, int workers)
        {
            int first = (int)((long)weights.Panels * worker / workers), end = (int)((long)weights.Panels * (worker + 1) / workers);
            Width.Run(new Share(weights, _a, rows, _tiles[worker], first, end));
        }

        private readonly unsafe struct Share(PackedMatrix weights, NativeBuffer a, int rows, NativeBuffer tile, int first, int end) : IWideWork
        {
            public void Run<V>()
                where V : struct, ILanes<V, float>
            {
                for (int panel = first; panel < end; panel++)
                    Product.Panel<V>(weights, panel, a.Pointer, Inner, rows, tile.Pointer);
            }
        }
    }
}
