using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>A double register: its elementary functions are those of <see cref="DoubleFunctions{V}"/>.</summary>
internal interface IDoubleFunctions<TSelf> : ILanes<TSelf, double>
    where TSelf : struct, IDoubleFunctions<TSelf>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, double>.Abs(TSelf x) => DoubleFunctions<TSelf>.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, double>.Select(TSelf x, TSelf a, TSelf b) => DoubleFunctions<TSelf>.Select(x, a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, double>.Exp(TSelf x) => DoubleFunctions<TSelf>.Exp(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, double>.Log(TSelf x) => DoubleFunctions<TSelf>.Log(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, double>.Tanh(TSelf x) => DoubleFunctions<TSelf>.Tanh(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, double>.Sigmoid(TSelf x) => DoubleFunctions<TSelf>.Sigmoid(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, double>.Softplus(TSelf x) => DoubleFunctions<TSelf>.Softplus(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, double>.Sin(TSelf x) => DoubleFunctions<TSelf>.Sin(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static TSelf ILanes<TSelf, double>.Cos(TSelf x) => DoubleFunctions<TSelf>.Cos(x);
}

/// <summary>The elementary functions of the double registers, lane by lane: they serve exact tests of derived programs, not speed.</summary>
internal static unsafe class DoubleFunctions<V>
    where V : struct, ILanes<V, double>
{
    private interface IFunction
    {
        static abstract double At(double x);
    }

    /// <summary>|x|.</summary>
    public static V Abs(V x) => Each<Magnitude>(x);

    /// <summary>a where x &gt; 0, else b.</summary>
    [SkipLocalsInit]
    public static V Select(V x, V a, V b)
    {
        double* sign = stackalloc double[V.Count], chosen = stackalloc double[V.Count], other = stackalloc double[V.Count];
        V.Store(x, sign);
        V.Store(a, chosen);
        V.Store(b, other);
        for (int i = 0; i < V.Count; i++)
            if (!(sign[i] > 0)) chosen[i] = other[i];
        return V.Load(chosen);
    }

    /// <summary>e^x.</summary>
    public static V Exp(V x) => Each<Exponential>(x);

    /// <summary>Natural logarithm.</summary>
    public static V Log(V x) => Each<Logarithm>(x);

    /// <summary>tanh x.</summary>
    public static V Tanh(V x) => Each<HyperbolicTangent>(x);

    /// <summary>1 / (1 + e^−x).</summary>
    public static V Sigmoid(V x) => Each<Logistic>(x);

    /// <summary>log(1 + e^x).</summary>
    public static V Softplus(V x) => Each<LogisticIntegral>(x);

    /// <summary>sin x.</summary>
    public static V Sin(V x) => Each<Sine>(x);

    /// <summary>cos x.</summary>
    public static V Cos(V x) => Each<Cosine>(x);

    [SkipLocalsInit]
    private static V Each<TFunction>(V x)
        where TFunction : struct, IFunction
    {
        double* lanes = stackalloc double[V.Count];
        V.Store(x, lanes);
        for (int i = 0; i < V.Count; i++)
            lanes[i] = TFunction.At(lanes[i]);
        return V.Load(lanes);
    }

    /// <summary>log(1 + e), e in [0, 1], corrected by what 1 + e has rounded away.</summary>
    private static double LogOnePlus(double e)
    {
        double u = 1 + e;
        return Math.Log(u) + (e - (u - 1)) / u;
    }

    private readonly struct Magnitude : IFunction
    {
        public static double At(double x) => Math.Abs(x);
    }

    private readonly struct Exponential : IFunction
    {
        public static double At(double x) => Math.Exp(x);
    }

    private readonly struct Logarithm : IFunction
    {
        public static double At(double x) => Math.Log(x);
    }

    private readonly struct HyperbolicTangent : IFunction
    {
        public static double At(double x) => Math.Tanh(x);
    }

    private readonly struct Logistic : IFunction
    {
        public static double At(double x)
        {
            double e = Math.Exp(-Math.Abs(x));
            return (x < 0 ? e : 1) / (1 + e);
        }
    }

    private readonly struct LogisticIntegral : IFunction
    {
        public static double At(double x) => (x > 0 ? x : 0) + LogOnePlus(Math.Exp(-Math.Abs(x)));
    }

    private readonly struct Sine : IFunction
    {
        public static double At(double x) => Math.Sin(x);
    }

    private readonly struct Cosine : IFunction
    {
        public static double At(double x) => Math.Cos(x);
    }
}
