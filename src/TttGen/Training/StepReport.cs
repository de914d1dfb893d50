namespace TttGen.Training;

/// <summary>What one step did.</summary>
/// <param name="Step">How many are done, this one included.</param>
/// <param name="Tokens">Tokens read since the training began.</param>
/// <param name="Loss">Mean nats a target, before the update.</param>
/// <param name="GradientNorm">Before clipping.</param>
/// <param name="LearningRate">In this update.</param>
/// <param name="InnerRate">The base inner rate in this step, where the model has one.</param>
/// <param name="TokensPerSecond">Of this step.</param>
/// <param name="Seconds">Since the training began, without the time between a stop and its continuation.</param>
/// <param name="Inner">What the inner loops did in the step's last call, where that was asked for.</param>
public sealed record StepReport(
    long Step, long Tokens, double Loss, double GradientNorm, double LearningRate, double? InnerRate, double TokensPerSecond, double Seconds, IReadOnlyList<InnerLoss>? Inner);

/// <summary>How well held-out text is predicted.</summary>
/// <param name="Step">After how many steps.</param>
/// <param name="NatsPerByte">A text each, by its name.</param>
public sealed record HeldOutReport(long Step, IReadOnlyList<(string Text, double NatsPerByte)> NatsPerByte);
