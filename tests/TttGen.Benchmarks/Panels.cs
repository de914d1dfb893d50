using TttGen.Cpu;

namespace TttGen.Benchmarks;

/// <summary>Prefill: many rows times a whole packed matrix, one thread. The matrices together are larger than the caches, as a model's are.</summary>
internal static unsafe class Panels
{
    public static IEnumerable<Measurement> All()
    {
        foreach (WeightType type in Enum.GetValues<WeightType>())
        {
            foreach (var (rows, inner, columns) in new[] { (240, 768, 768), (240, 768, 2048), (240, 2048, 768), (96, 768, 768), (512, 768, 768), (17, 768, 768) })
                yield return Of(rows, inner, columns, type);
        }
    }

    private static Measurement Of(int rows, int inner, int columns, WeightType type)
    {
        var weights = Operands.Weights(inner, columns, type);
        var a = Operands.Numbers((long)rows * inner);
        var tile = Operands.Numbers(rows * PackedMatrix.PanelWidth);
        return new(
            $"panel {rows} x {inner} x {columns} {type}", Limit.Fma, 2.0 * rows * inner * columns, 1,
            () => Width.Run(new Product(weights, a, rows, tile)));
    }

    /// <summary>All panels of one matrix.</summary>
    public readonly struct Product(PackedMatrix weights, NativeBuffer a, int rows, NativeBuffer tile) : IWideWork
    {
        public void Run<V>()
            where V : struct, ILanes<V, float>
        {
            for (int panel = 0; panel < weights.Panels; panel++)
                Cpu.Product.Panel<V>(weights, panel, a.Pointer, weights.Inner, rows, tile.Pointer);
        }
    }
}
