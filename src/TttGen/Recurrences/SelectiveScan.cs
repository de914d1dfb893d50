using static TttGen.Ops;

namespace TttGen.Recurrences;

/// <summary>The selective scan of Mamba (arXiv 2312.00752, algorithm 2): h ← exp(Δ A) h + Δ B x, y = Σ C h over places, with A = −exp(a) below zero.</summary>
/// <param name="State">h, for each channel and place.</param>
[Recurrence]
public readonly partial record struct SelectiveScan(Scalar State) : IRecurrence<SelectiveScan>
{
    /// <summary>One token.</summary>
    /// <param name="value">x of the channel.</param>
    /// <param name="rate">Δ of the channel.</param>
    /// <param name="decayLog">a of the channel and place.</param>
    /// <param name="write">B of the place.</param>
    public SelectiveScan Step(Scalar value, Scalar rate, Scalar decayLog, Scalar write) => new(Exp(-rate * Exp(decayLog)) * State + rate * value * write);

    /// <summary>What is read.</summary>
    /// <param name="read">C of the place.</param>
    public Scalar Read(Scalar read) => State * read;
}
