namespace TttGen.Training.Optimisation;

/// <summary>What one update multiplies by: computed once, in double.</summary>
/// <param name="Scale">Of the gradient, for clipping.</param>
/// <param name="Keep">1 − rate · decay.</param>
/// <param name="Move">−rate / (1 − β₁ᵗ).</param>
/// <param name="First">1 − β₁.</param>
/// <param name="Second">1 − β₂.</param>
/// <param name="KeepSecond">β₂.</param>
/// <param name="Unbias">1 / √(1 − β₂ᵗ).</param>
/// <param name="Epsilon">ε.</param>
internal readonly record struct AdamWFactors(float Scale, float Keep, float Move, float First, float Second, float KeepSecond, float Unbias, float Epsilon)
{
    public static AdamWFactors Of(AdamWOptions options, long step, double rate, double scale, double decay) => new(
        Scale: (float)scale,
        Keep: (float)(1 - rate * decay),
        Move: (float)(-rate / (1 - Math.Pow(options.Beta1, step))),
        First: (float)(1 - options.Beta1),
        Second: (float)(1 - options.Beta2),
        KeepSecond: (float)options.Beta2,
        Unbias: (float)(1 / Math.Sqrt(1 - Math.Pow(options.Beta2, step))),
        Epsilon: (float)options.Epsilon);
}
