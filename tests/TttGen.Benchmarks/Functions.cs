using TttGen.Cpu;

namespace TttGen.Benchmarks;

/// <summary>The elementary functions, over a buffer in the first cache.</summary>
internal static unsafe class Functions
{
    private const int Elements = 4096;

    public static IEnumerable<Measurement> All() =>
        Enum.GetValues<Function>().Select(function =>
        {
            var work = new Sweep(function);
            return new Measurement($"{function}, an element", Limit.None, Elements, 20, () => Width.Run(work));
        });

    internal enum Function
    {
        Exp,
        Log,
        Tanh,
        Sigmoid,
        Softplus,
        Sin,
        Rsqrt,
    }

    /// <summary>One function over the buffer.</summary>
    internal readonly struct Sweep(Function function) : IWideWork
    {
        private readonly NativeBuffer _from = Operands.Numbers(Elements);
        private readonly NativeBuffer _to = Operands.Numbers(Elements);

        public void Run<V>()
            where V : struct, ILanes<V, float>
        {
            float* from = _from.Pointer, to = _to.Pointer;
            switch (function)
            {
                case Function.Exp:
                    for (int i = 0; i < Elements; i += V.Count)
                        V.Store(V.Exp(V.Load(from + i)), to + i);
                    break;
                case Function.Log:
                    for (int i = 0; i < Elements; i += V.Count)
                        V.Store(V.Log(V.Load(from + i)), to + i);
                    break;
                case Function.Tanh:
                    for (int i = 0; i < Elements; i += V.Count)
                        V.Store(V.Tanh(V.Load(from + i)), to + i);
                    break;
                case Function.Sigmoid:
                    for (int i = 0; i < Elements; i += V.Count)
                        V.Store(V.Sigmoid(V.Load(from + i)), to + i);
                    break;
                case Function.Softplus:
                    for (int i = 0; i < Elements; i += V.Count)
                        V.Store(V.Softplus(V.Load(from + i)), to + i);
                    break;
                case Function.Sin:
                    for (int i = 0; i < Elements; i += V.Count)
                        V.Store(V.Sin(V.Load(from + i)), to + i);
                    break;
                default:
                    for (int i = 0; i < Elements; i += V.Count)
                        V.Store(V.Rsqrt(V.Load(from + i)), to + i);
                    break;
            }
        }
    }
}
