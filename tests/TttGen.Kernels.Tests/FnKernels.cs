using ILGPU;

namespace TttGen.Kernels.Tests;

/// <summary>Each function over all elements of a view.</summary>
public static class FnKernels
{
    private static int Index => Grid.IdxX * Group.DimX + Group.IdxX;

    [Kernel(256)]
    public static void Exp(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = Fn.Exp(x[Index]);
    }

    [Kernel(256)]
    public static void Log(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = Fn.Log(x[Index]);
    }

    [Kernel(256)]
    public static void Tanh(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = Fn.Tanh(x[Index]);
    }

    [Kernel(256)]
    public static void Sigmoid(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = Fn.Sigmoid(x[Index]);
    }

    [Kernel(256)]
    public static void Softplus(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = Fn.Softplus(x[Index]);
    }

    [Kernel(256)]
    public static void Sqrt(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = Fn.Sqrt(x[Index]);
    }

    [Kernel(256)]
    public static void Rsqrt(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = Fn.Rsqrt(x[Index]);
    }

    [Kernel(256)]
    public static void Sin(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = Fn.Sin(x[Index]);
    }

    [Kernel(256)]
    public static void Cos(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = Fn.Cos(x[Index]);
    }

    [Kernel(256)]
    public static void Abs(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = Fn.Abs(x[Index]);
    }

    /// <summary>Of x and 1 − x.</summary>
    [Kernel(256)]
    public static void Max(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = Fn.Max(x[Index], 1f - x[Index]);
    }

    /// <summary>Of x and 1 − x.</summary>
    [Kernel(256)]
    public static void Min(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = Fn.Min(x[Index], 1f - x[Index]);
    }

    /// <summary>x where it is above zero, otherwise 1 − x.</summary>
    [Kernel(256)]
    public static void Select(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = Fn.Select(x[Index], x[Index], 1f - x[Index]);
    }

    [Kernel(256)]
    public static void FastExp(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = FastFn.Exp(x[Index]);
    }

    [Kernel(256)]
    public static void FastSigmoid(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = FastFn.Sigmoid(x[Index]);
    }

    [Kernel(256)]
    public static void FastTanh(ArrayView<float> x, ArrayView<float> y)
    {
        if (Index < x.Length) y[Index] = FastFn.Tanh(x[Index]);
    }

    [Kernel(256)]
    public static void RoundToBf16(ArrayView<float> x, ArrayView<ushort> rounded, ArrayView<float> back)
    {
        if (Index >= x.Length) return;
        rounded[Index] = Bf16.Round(x[Index]);
        back[Index] = Bf16.ToFloat(rounded[Index]);
    }
}
