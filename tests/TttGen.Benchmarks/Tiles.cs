using TttGen.Cpu;

namespace TttGen.Benchmarks;

/// <summary>The inner models' products, operands in the near caches.</summary>
internal static unsafe class Tiles
{
    private const int Repeats = 500;

    public static IEnumerable<Measurement> All()
    {
        foreach (var (rows, inner, columns, transposed) in new[]
                 {
                     (16, 64, 64, false), (64, 16, 64, true), (16, 64, 256, false), (16, 256, 64, false), (256, 16, 64, true), (64, 16, 256, true),
                     (16, 16, 64, false), (16, 64, 16, false), (64, 256, 16, false), (64, 256, 16, true), (16, 96, 96, false), (17, 64, 64, false), (2, 64, 64, false), (1, 64, 64, false), (1, 64, 256, false),
                 })
        {
            string shape = $"[{rows} x {inner}]{(transposed ? "'" : "")} [{inner} x {columns}]";
            yield return Of($"tile {shape}", new(rows, inner, columns, transposed, Form.Multiply));
            yield return Of($"tile += {shape}", new(rows, inner, columns, transposed, Form.Add));
        }

        foreach (var (rows, inner, columns) in new[] { (16, 64, 16), (16, 64, 256), (1, 64, 256) })
            yield return Of($"tile [{rows} x {inner}] [{columns} x {inner}]'", new(rows, inner, columns, false, Form.Transposed));
        yield return Of("tile tril[16 x 16] [16 x 64]", new(16, 16, 64, false, Form.Lower));
    }

    private static Measurement Of(string name, Product product)
    {
        double operations = 2.0 * product.Rows * product.Inner * product.Columns;
        if (product.Form == Form.Lower)
            operations *= (product.Rows + 1) / (2.0 * product.Rows);
        return new(name, Limit.Fma, operations, Repeats, () => Width.Run(product));
    }

    internal enum Form
    {
        Multiply,
        Add,
        Lower,
        Transposed,
    }

    /// <summary>One small product.</summary>
    internal readonly struct Product(int rows, int inner, int columns, bool transposed, Form form) : IWideWork
    {
        private readonly NativeBuffer _a = Operands.Numbers((long)rows * inner);
        private readonly NativeBuffer _b = Operands.Numbers((long)inner * columns);
        private readonly NativeBuffer _c = Operands.Numbers((long)rows * columns);
        private readonly NativeBuffer _scratch = Operands.Numbers((long)inner * columns);

        public int Rows => rows;

        public int Inner => inner;

        public int Columns => columns;

        public Form Form => form;

        public void Run<V>()
            where V : struct, ILanes<V, float>
        {
            nint aRow = transposed ? 1 : inner, aStep = transposed ? rows : 1;
            switch (form)
            {
                case Form.Multiply:
                    Tile.Multiply<float, V>(rows, inner, columns, _a.Pointer, aRow, aStep, _b.Pointer, columns, _c.Pointer, columns);
                    break;
                case Form.Add:
                    Tile.MultiplyAdd<float, V>(rows, inner, columns, _a.Pointer, aRow, aStep, _b.Pointer, columns, _c.Pointer, columns, 1f);
                    break;
                case Form.Lower:
                    Tile.MultiplyLower<float, V>(rows, inner, columns, _a.Pointer, aRow, aStep, _b.Pointer, columns, _c.Pointer, columns);
                    break;
                default:
                    Tile.MultiplyTransposed<float, V>(rows, inner, columns, _a.Pointer, inner, _b.Pointer, inner, _c.Pointer, columns, _scratch.Pointer);
                    break;
            }
        }
    }
}
