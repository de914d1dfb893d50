namespace TttGen;

/// <summary>The functions of one number that the language has, each with its slope: (f(x), f′(x)); and choices between numbers, whose slope is that of what is chosen.</summary>
internal static class Curve
{
    public static (double Value, double Slope) Exp(double x) => (Math.Exp(x), Math.Exp(x));

    public static (double Value, double Slope) Log(double x) => (Math.Log(x), 1 / x);

    public static (double Value, double Slope) Sqrt(double x) => (Math.Sqrt(x), 0.5 / Math.Sqrt(x));

    public static (double Value, double Slope) Tanh(double x)
    {
        var y = Math.Tanh(x);
        return (y, 1 - y * y);
    }

    public static (double Value, double Slope) Sigmoid(double x)
    {
        var y = 1 / (1 + Math.Exp(-x));
        return (y, y * (1 - y));
    }

    /// <summary>log(1 + eˣ), without overflow.</summary>
    public static (double Value, double Slope) Softplus(double x) => (Math.Max(x, 0) + double.LogP1(Math.Exp(-Math.Abs(x))), Sigmoid(x).Value);

    public static (double Value, double Slope) Relu(double x) => x > 0 ? (x, 1) : (0, 0);

    public static (double Value, double Slope) Abs(double x) => (Math.Abs(x), x > 0 ? 1 : x < 0 ? -1 : 0);

    public static (double Value, double Slope) Square(double x) => (x * x, 2 * x);

    /// <summary>The greater; where they are equal, b. NaN where one of them is.</summary>
    public static Scalar Max(Scalar a, Scalar b) => a.Value > b.Value || double.IsNaN(a.Value) ? a : b;

    /// <summary>The lesser; where they are equal, b. NaN where one of them is.</summary>
    public static Scalar Min(Scalar a, Scalar b) => a.Value < b.Value || double.IsNaN(a.Value) ? a : b;

    public static Scalar Select(Scalar x, Scalar a, Scalar b) => x.Value > 0 ? a : b;

    /// <summary>x σ(x).</summary>
    public static (double Value, double Slope) Silu(double x)
    {
        var (y, slope) = Sigmoid(x);
        return (x * y, y + x * slope);
    }

    /// <summary>½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    public static (double Value, double Slope) Gelu(double x)
    {
        var scale = Math.Sqrt(2 / Math.PI);
        var (y, slope) = Tanh(scale * (x + 0.044715 * x * x * x));
        return (0.5 * x * (1 + y), 0.5 * (1 + y) + 0.5 * x * slope * scale * (1 + 3 * 0.044715 * x * x));
    }

    /// <summary>1/√x.</summary>
    public static (double Value, double Slope) InverseRoot(double x)
    {
        var y = 1 / Math.Sqrt(x);
        return (y, -0.5 * y / x);
    }
}
