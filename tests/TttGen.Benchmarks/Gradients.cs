using TttGen.Cpu;

namespace TttGen.Benchmarks;

/// <summary>Training: the gradient of a matrix from 1024 packed rows, and what packing the rows and the weights costs. One thread.</summary>
internal static unsafe class Gradients
{
    private const int Rows = GradientProduct.RowsAtOnce;

    public static IEnumerable<Measurement> All()
    {
        foreach (var (outputs, inputs) in new[] { (688, 256), (256, 688), (256, 256), (2048, 768) })
        {
            var work = new Work(outputs, inputs);
            yield return new($"gradient {Rows} x {outputs} x {inputs}", Limit.Fma, 2.0 * Rows * outputs * inputs, 4, () => Width.Run(work));
            yield return new($"gradient {Rows} x {outputs} x {inputs}, packing too", Limit.Fma, 2.0 * Rows * outputs * inputs, 4, () => Width.Run(work with { Pack = true }));
        }

        var weights = new float[688 * 256];
        var forth = new PackedMatrix(256, 688, WeightType.Float32);
        var back = new PackedMatrix(688, 256, WeightType.Float32);
        yield return new("pack 688 x 256, an element", Limit.None, 688 * 256, 10, () => forth.SetRows(0, weights));
        yield return new("pack 688 x 256 transposed, an element", Limit.None, 688 * 256, 10, () => back.SetInnerRows(0, weights));
    }

    private readonly record struct Work(int Outputs, int Inputs) : IWideWork
    {
        private readonly NativeBuffer _dY = Operands.Numbers(Rows * Outputs);
        private readonly NativeBuffer _x = Operands.Numbers(Rows * Inputs);
        private readonly NativeBuffer _packedDY = Operands.Numbers(GradientProduct.PackedSize(Outputs));
        private readonly NativeBuffer _packedX = Operands.Numbers(GradientProduct.PackedSize(Inputs));
        private readonly NativeBuffer _gradient = Operands.Numbers(Outputs * Inputs);

        public bool Pack { get; init; }

        public void Run<V>()
            where V : struct, ILanes<V, float>
        {
            if (Pack)
            {
                GradientProduct.Pack<V>(_dY.Pointer, Outputs, 0, Rows, Outputs, _packedDY.Pointer);
                GradientProduct.Pack<V>(_x.Pointer, Inputs, 0, Rows, Inputs, _packedX.Pointer);
            }

            GradientProduct.Accumulate<V>(_packedDY.Pointer, Outputs, 0, (Outputs + 31) / 32, _packedX.Pointer, Inputs, Rows, _gradient.Pointer);
        }
    }
}
