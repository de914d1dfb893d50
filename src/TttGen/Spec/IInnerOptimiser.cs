namespace TttGen;

/// <summary>
/// How a memory moves: what is kept beside every element of its fast weights, and how a token's gradient changes it. The record's first parameter is the
/// weight itself, which answers are given with; the others start at zero. The user writes the record and its step; the generator writes the rest.
/// <code>
/// [InnerOptimiser]
/// public readonly partial record struct Momentum(Scalar Weight, Scalar Velocity) : IInnerOptimiser&lt;Momentum&gt;
/// {
///     public Momentum Step(Scalar gradient, Scalar rate, Scalar momentum)
///     {
///         var velocity = momentum * Velocity - rate * gradient;
///         return new(Weight + velocity, velocity);
///     }
/// }
/// </code>
/// The gradient is that of the token's loss at the weights that the mini-batch started from; all after it are numbers a token and head, given by the layer.
/// The step must be linear in the parts and the gradient. A method <c>Close()</c>, where there is one, changes the parts at a mini-batch's end.
/// </summary>
/// <typeparam name="TSelf">The record.</typeparam>
public interface IInnerOptimiser<TSelf> where TSelf : IInnerOptimiser<TSelf>
{
    /// <summary>Numbers that the layer gives for each token and head: parameters of the step after the gradient.</summary>
    static abstract int Inputs { get; }

    /// <summary>What is kept of an element before the first token.</summary>
    static abstract TSelf Start(Scalar weight);

    /// <summary>The weight after the tokens so far.</summary>
    Scalar Weight { get; }

    /// <summary>One token.</summary>
    /// <param name="gradient">Of its loss, at the weights that the mini-batch started from.</param>
    /// <param name="inputs">As many as <see cref="Inputs"/>.</param>
    TSelf Step(Scalar gradient, ReadOnlySpan<double> inputs);

    /// <summary>The end of a mini-batch.</summary>
    TSelf Close();
}
