namespace TttGen;

/// <summary>
/// Remembers how numbers were made from its leaves, for the exact gradient of any of them: reverse accumulation, one record an operation.
/// It shares nothing with the compiler, so it can judge what the compiler derives.
/// </summary>
public sealed class Tape
{
    private Step[] _steps = new Step[256];

    /// <summary>Numbers remembered so far.</summary>
    public int Length { get; private set; }

    /// <summary>A number to differentiate by.</summary>
    public Scalar Leaf(double value) => Record(value, default, 0, default, 0);

    /// <summary>Numbers to differentiate by.</summary>
    public Scalar[] Leaves(ReadOnlySpan<Scalar> values)
    {
        var leaves = new Scalar[values.Length];
        for (var i = 0; i < leaves.Length; i++) leaves[i] = Leaf(values[i].Value);
        return leaves;
    }

    /// <summary>Forgets all numbers made since <see cref="Length"/> was <paramref name="length"/>; they must not be used any more.</summary>
    public void Rewind(int length) => Length = length;

    /// <summary>The gradient of a number by every number before it.</summary>
    /// <exception cref="InvalidOperationException">The number is of another tape.</exception>
    public Gradient Differentiate(Scalar result)
    {
        if (result.Tape == null) return new Gradient(this, []);
        if (result.Tape != this) throw new InvalidOperationException("The number was made on another tape.");
        var slopes = new double[result.Place + 1];
        slopes[result.Place] = 1;
        for (var i = result.Place; i >= 0; i--)
        {
            var step = _steps[i];
            if (step.First >= 0) slopes[step.First] += slopes[i] * step.FirstSlope;
            if (step.Second >= 0) slopes[step.Second] += slopes[i] * step.SecondSlope;
        }
        return new Gradient(this, slopes);
    }

    internal Scalar Record(double value, Scalar first, double firstSlope, Scalar second, double secondSlope)
    {
        if (Length == _steps.Length) Array.Resize(ref _steps, 2 * Length);
        _steps[Length] = new Step(PlaceOf(first), firstSlope, PlaceOf(second), secondSlope);
        return new Scalar(value, this, Length++);
    }

    private int PlaceOf(Scalar number) =>
        number.Tape == this ? number.Place
        : number.Tape == null ? -1
        : throw new InvalidOperationException("An operation on numbers of two tapes.");

    private readonly record struct Step(int First, double FirstSlope, int Second, double SecondSlope);

    /// <summary>The slopes of one number by the numbers that it was made from.</summary>
    public readonly struct Gradient
    {
        private readonly Tape _tape;
        private readonly double[] _slopes;

        internal Gradient(Tape tape, double[] slopes) => (_tape, _slopes) = (tape, slopes);

        /// <summary>The slope by one number; zero for a constant.</summary>
        public double this[Scalar by] => by.Tape == _tape && by.Place < _slopes.Length ? _slopes[by.Place] : 0;
    }
}
