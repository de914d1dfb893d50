namespace TttGen.Inference.Sampling;

/// <summary>Tokens in order of falling logit, of equal ones the lower id first; none whose logit is −∞.</summary>
internal abstract class Ranking
{
    /// <summary>The next one. False: there is none, or none is known.</summary>
    internal abstract bool TryTake(out int id, out float logit);

    /// <summary>Whether every token comes; else there are others after those that do.</summary>
    internal abstract bool IsComplete { get; }
}
