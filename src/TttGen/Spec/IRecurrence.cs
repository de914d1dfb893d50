namespace TttGen;

/// <summary>
/// An elementwise recurrence: numbers that a sequence carries from token to token for each channel, or for each channel and place, and what a token makes of them. Each
/// element goes its own way, by any function of its numbers and of what the token gives; a channel's answer is the sum over its places. The user writes the record, its
/// step and what is read of it; the generator writes the rest.
/// <code>
/// [Recurrence]
/// public readonly partial record struct SelectiveScan(Scalar State) : IRecurrence&lt;SelectiveScan&gt;
/// {
///     public SelectiveScan Step(Scalar value, Scalar rate, Scalar decayLog, Scalar write) =&gt;
///         new(Exp(-rate * Exp(decayLog)) * State + rate * write * value);
///
///     public Scalar Read(Scalar read) =&gt; State * read;
/// }
/// </code>
/// The numbers start at zero. <c>Step</c> answers with the next ones; <c>Read</c> is asked after it. Both take numbers of the token, or constants: those of <c>Step</c>
/// first, its first being the channel's own (<see cref="Seq{TWidth}.Scan{TRecurrence, TPlaces}"/>).
/// </summary>
/// <typeparam name="TSelf">The record.</typeparam>
public interface IRecurrence<TSelf> where TSelf : IRecurrence<TSelf>
{
    /// <summary>Numbers that the layer gives: parameters of <c>Step</c>, then those of <c>Read</c>.</summary>
    static abstract int Inputs { get; }

    /// <summary>What is carried before the first token.</summary>
    static abstract TSelf Start { get; }

    /// <summary>One token.</summary>
    /// <param name="inputs">As many as <see cref="Inputs"/>.</param>
    TSelf Step(ReadOnlySpan<double> inputs);

    /// <summary>The element's share in the channel's answer, after the token's step.</summary>
    /// <param name="inputs">As many as <see cref="Inputs"/>.</param>
    Scalar Read(ReadOnlySpan<double> inputs);
}
