namespace TttGen;

/// <summary>A weight matrix that rows are multiplied by: y = x W, stored as checkpoints have it, [output, input].</summary>
/// <typeparam name="TInput">Elements of a row.</typeparam>
/// <typeparam name="TOutput">Elements of a row of the result.</typeparam>
public readonly struct Linear<TInput, TOutput> where TInput : IDim where TOutput : IDim
{
    private readonly double[] _weight;

    /// <summary>A matrix of these numbers, [output, input].</summary>
    /// <exception cref="ArgumentException">Not as many as the dimensions have.</exception>
    public Linear(double[] weight)
    {
        Shape.Check("a linear weight", weight.Length, TOutput.Size, TInput.Size);
        _weight = weight;
    }

    /// <summary>The numbers, [output, input].</summary>
    public ReadOnlySpan<double> Weight => _weight;

    /// <summary>yₒ = Σᵢ xᵢ wₒᵢ, for every row.</summary>
    public static Seq<TOutput> operator *(Seq<TInput> x, Linear<TInput, TOutput> w) => new(RowProduct.Of(x.Items, w._weight, TInput.Size, TOutput.Size));
}
