namespace TttGen;

/// <summary>
/// A float64 that remembers how it was made, where it was made from leaves of a <see cref="Tape"/>; a number made of constants is a constant.
/// </summary>
public readonly struct Scalar
{
    private Scalar(double value) => Value = value;

    internal Scalar(double value, Tape tape, int place) => (Value, Tape, Place) = (value, tape, place);

    /// <summary>The number.</summary>
    public double Value { get; }

    internal Tape? Tape { get; }

    internal int Place { get; }

    /// <summary>A constant.</summary>
    public static implicit operator Scalar(double value) => new(value);

    /// <summary>a + b.</summary>
    public static Scalar operator +(Scalar a, Scalar b) => Make(a.Value + b.Value, a, 1, b, 1);

    /// <summary>a − b.</summary>
    public static Scalar operator -(Scalar a, Scalar b) => Make(a.Value - b.Value, a, 1, b, -1);

    /// <summary>a b.</summary>
    public static Scalar operator *(Scalar a, Scalar b) => Make(a.Value * b.Value, a, b.Value, b, a.Value);

    /// <summary>a / b.</summary>
    public static Scalar operator /(Scalar a, Scalar b) => Make(a.Value / b.Value, a, 1 / b.Value, b, -a.Value / (b.Value * b.Value));

    /// <summary>−a.</summary>
    public static Scalar operator -(Scalar a) => a.Map(-a.Value, -1);

    internal static Scalar[] Constants(ReadOnlySpan<double> values)
    {
        var constants = new Scalar[values.Length];
        for (var i = 0; i < constants.Length; i++) constants[i] = values[i];
        return constants;
    }

    /// <summary>A function of this number, by its value and slope here.</summary>
    internal Scalar Map(double value, double slope) => Make(value, this, slope, default, 0);

    private static Scalar Make(double value, Scalar a, double slopeA, Scalar b, double slopeB) =>
        (a.Tape ?? b.Tape)?.Record(value, a, slopeA, b, slopeB) ?? value;
}
