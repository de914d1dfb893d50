using ILGPU;
using ILGPU.Runtime;
using TttGen.Kernels.Tests.Devices;

namespace TttGen.Kernels.Tests;

/// <summary>Functions of the exact path against float64.</summary>
public sealed class FnTests
{
    private static readonly (string Name, Func<double, double> Exact, double Low, double High)[] Functions =
    [
        (nameof(Fn.Exp), Math.Exp, -87, 88.7),
        (nameof(Fn.Log), Math.Log, 0, 1e30),
        (nameof(Fn.Tanh), Math.Tanh, -90, 90),
        (nameof(Fn.Sigmoid), x => 1 / (1 + Math.Exp(-x)), -87, 90),
        (nameof(Fn.Softplus), x => Math.Max(x, 0) + LogOfOneMore(Math.Exp(-Math.Abs(x))), -87, 90),
        (nameof(Fn.Sqrt), Math.Sqrt, 0, 1e30),
        (nameof(Fn.Rsqrt), x => 1 / Math.Sqrt(x), 1e-30, 1e30),
        (nameof(Fn.Abs), Math.Abs, -1e30, 1e30),
        (nameof(Fn.Max), x => Math.Max(x, 1f - (float)x), -1e30, 1e30),
        (nameof(Fn.Min), x => Math.Min(x, 1f - (float)x), -1e30, 1e30),
        (nameof(Fn.Select), x => x > 0 ? x : 1f - (float)x, -1e30, 1e30),
    ];

    public static TheoryData<string> EachFunction => [.. Functions.Select(function => function.Name)];

    [Theory, OnCpu(nameof(EachFunction)), OnPocl(nameof(EachFunction))]
    public void A_function_is_as_in_float64_to_a_relative_error_of_two_in_ten_million(AcceleratorKind kind, string name)
    {
        var (_, exact, low, high) = Functions.Single(f => f.Name == name);
        var random = new Random(1);
        int count = kind == AcceleratorKind.Cpu ? 2048 : 200_000;
        float[] x = [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2 - 1) * Math.Pow(10, random.NextDouble() * 6 - 4))).Where(v => v > low && v < high)];
        var found = Run(kind, name, x);
        for (int i = 0; i < x.Length; i++)
        {
            double expected = exact(x[i]);
            Assert.True(Math.Abs(found[i] - expected) <= 2e-7 * Math.Abs(expected), $"{name}({x[i]:R}): {found[i]:R}, not {expected:R}");
        }
    }

    [Theory, OnCpu, OnPocl]
    public void Sine_and_cosine_are_as_in_float64_to_two_in_ten_million(AcceleratorKind kind)
    {
        var random = new Random(2);
        float[] x = [.. Enumerable.Range(0, kind == AcceleratorKind.Cpu ? 2048 : 200_000).Select(i => (float)((random.NextDouble() * 2 - 1) * (i % 2 == 0 ? 8192 : 7)))];
        var sine = Run(kind, nameof(Fn.Sin), x);
        var cosine = Run(kind, nameof(Fn.Cos), x);
        for (int i = 0; i < x.Length; i++)
        {
            Assert.Equal(Math.Sin(x[i]), sine[i], 2e-7);
            Assert.Equal(Math.Cos(x[i]), cosine[i], 2e-7);
        }
    }

    [Theory, OnCpu, OnPocl]
    public void Functions_have_their_limits_and_keep_what_is_not_a_number(AcceleratorKind kind)
    {
        float[] x = [float.NaN, float.NegativeInfinity, float.PositiveInfinity, -200, 200, 0, -1];
        Assert.Equal([float.NaN, 0, float.PositiveInfinity, 0, float.PositiveInfinity, 1, MathF.Exp(-1)], Run(kind, nameof(Fn.Exp), x), Close);
        Assert.Equal([float.NaN, float.NaN, float.PositiveInfinity, float.NaN, MathF.Log(200), float.NegativeInfinity, float.NaN], Run(kind, nameof(Fn.Log), x), Close);
        Assert.Equal([float.NaN, -1, 1, -1, 1, 0, MathF.Tanh(-1)], Run(kind, nameof(Fn.Tanh), x), Close);
        Assert.Equal([float.NaN, 0, 1, 0, 1, 0.5f, 1 / (1 + MathF.E)], Run(kind, nameof(Fn.Sigmoid), x), Close);
        Assert.Equal([float.NaN, 0, float.PositiveInfinity, 0, 200, MathF.Log(2), 0.31326169f], Run(kind, nameof(Fn.Softplus), x), Close);
    }

    /// <summary>The formulas; what a GPU's instructions add to their errors, no accelerator here shows.</summary>
    [Theory, OnCpu, OnPocl]
    public void Fast_functions_are_as_in_float64_to_one_in_a_million(AcceleratorKind kind)
    {
        float[] x = [.. Enumerable.Range(-400, 801).Select(i => i * 0.05f), -90, 90];
        float[] exp = Run(kind, nameof(FnKernels.FastExp), x), sigmoid = Run(kind, nameof(FnKernels.FastSigmoid), x), tanh = Run(kind, nameof(FnKernels.FastTanh), x);
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i] < 88) Assert.Equal(1, exp[i] / Math.Exp(x[i]), 1e-6);
            Assert.Equal(1 / (1 + Math.Exp(-x[i])), sigmoid[i], 1e-6);
            Assert.Equal(Math.Tanh(x[i]), tanh[i], 1e-6);
        }
    }

    private static bool Close(float expected, float found) => expected.Equals(found) || Math.Abs(expected - found) <= 2e-7 * Math.Abs(expected);

    private static double LogOfOneMore(double u) => u < 1e-5 ? u - u * u / 2 + u * u * u / 3 : Math.Log(1 + u);

    private static float[] Run(AcceleratorKind kind, string name, float[] x)
    {
        var on = TestAccelerator.Of(kind);
        using var from = on.Accelerator.Allocate1D(x);
        using var to = on.Accelerator.Allocate1D<float>(x.Length);
        on.Run(typeof(FnKernels).GetMethod(name)!, new Index3D((x.Length + 255) / 256, 1, 1), 256, from.View.AsContiguous(), to.View.AsContiguous());
        return to.GetAsArray1D();
    }
}
