using System.Globalization;
using TttGen.Training.Optimisation;

namespace TttGen.Training;

/// <summary>Why a training can't go on: numbers that are none, or that ran away. Found before the weights are touched.</summary>
internal static class TrainingFault
{
    // Inner losses are sums over a head's features, so ten thousand times the untaught one is no learning.
    private const double RunawayInner = 1e4;

    /// <summary>Nats a target beyond which a loss has blown up: guessing blindly costs ln V.</summary>
    public static double LossLimit(int vocabulary) => 10 + 2 * Math.Log(vocabulary);

    /// <summary>Refuses a loss that is not a number, infinite or beyond <see cref="LossLimit"/>.</summary>
    public static void CheckLoss(TrainableModel model, long step, TrainingBatch batch, double nats, long targets)
    {
        var loss = nats / Math.Max(1, targets);
        if (double.IsFinite(loss) && loss <= LossLimit(model.Vocabulary))
            return;

        // Once more with a look at the inner loops: they are where it usually begins.
        model.WatchInnerLoss = true;
        model.Measure(batch);
        var inner = model.InnerLosses.FirstOrDefault(IsRunaway);
        throw Fault(step, inner is not null ? Describe(inner) : $"the loss is {Number(loss)} nats a token, expected at most {Number(LossLimit(model.Vocabulary))}");
    }

    /// <summary>Refuses inner losses that are not numbers or ran away.</summary>
    public static void CheckInner(long step, IReadOnlyList<InnerLoss> losses)
    {
        if (losses.FirstOrDefault(IsRunaway) is { } runaway)
            throw Fault(step, Describe(runaway));
    }

    /// <summary>Refuses a gradient that is not finite; names the first tensor that has such.</summary>
    public static unsafe void CheckGradient(TrainableModel model, AdamW optimiser, long step, double norm)
    {
        if (double.IsFinite(norm))
            return;
        if (optimiser.FirstNotFinite() is not { } tensor)
            throw Fault(step, $"the gradient's norm is {Number(norm)}");
        var place = new ReadOnlySpan<float>(model.Gradients + tensor.Offset, tensor.Count).IndexOfAnyExceptInRange(float.MinValue, float.MaxValue);
        var part = tensor.Shape.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $", part {place / (tensor.Count / tensor.Shape[0])} of {tensor.Shape[0]}") : "";
        throw Fault(step, $"the gradient of {tensor.Key} is not finite{part}");
    }

    private static bool IsRunaway(InnerLoss loss) => !(Math.Max(loss.After, loss.Worst) <= RunawayInner * (loss.Initial + 1));

    private static string Describe(InnerLoss loss) =>
        $"the inner loss of layer {loss.Layer}, memory {loss.Memory}, head {loss.WorstHead} is {Number(loss.Worst)}, at the start it was {Number(loss.Initial)}";

    private static TttException Fault(long step, string what) =>
        new($"step {step}: {what}; this update was not made and the last checkpoint is kept; start anew, or from the model saved last (--from), with a lower --learning-rate or inner rate (--set ttt_base_lr=…)");

    private static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
}
