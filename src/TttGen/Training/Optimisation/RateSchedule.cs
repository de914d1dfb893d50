namespace TttGen.Training.Optimisation;

/// <summary>Linear warm-up from nothing, then half a cosine down to the final rate, over the progress of the training, 0 … 1.</summary>
/// <param name="Peak">Highest learning rate, at the end of the warm-up.</param>
/// <param name="Final">The rate at the end.</param>
/// <param name="WarmUp">Share of the training that warms up, from 0 to less than 1.</param>
public readonly record struct RateSchedule(double Peak, double Final, double WarmUp)
{
    /// <summary>The learning rate. Step n of N is at progress n / N: the first step learns, the last has the final rate.</summary>
    public double At(double progress) => progress < WarmUp
        ? Peak * (progress / WarmUp)
        : Final + (Peak - Final) * 0.5 * (1 + Math.Cos(Math.PI * (progress - WarmUp) / (1 - WarmUp)));

    /// <summary>A number that goes from <paramref name="start"/> to <paramref name="end"/> while the rate is warmed up, and stays there: the base inner rate.</summary>
    public double Warmed(double progress, double start, double end) => progress < WarmUp ? start + (end - start) * (progress / WarmUp) : end;
}
