using System.Globalization;
using TttGen.Training.Optimisation;

namespace TttGen.Training;

/// <summary>Why a training can't go on: NaN or infinity, or a loss that diverged. Found before the weights are touched, or at the latest before they are kept.</summary>
internal static class TrainingFault
{
    // Inner losses are sums over a head's features, so ten thousand times the untaught one is no learning.
    private const double RunawayInner = 1e4;

    private const string WayOut = "start anew, or from the model saved last (--from), with a lower --learning-rate or inner rate (--set ttt_base_lr=…)";

    /// <summary>Nats a target beyond which a loss has blown up: guessing blindly costs ln V.</summary>
    public static double LossLimit(int vocabulary) => 10 + 2 * Math.Log(vocabulary);

    /// <summary>Refuses a loss that is not a number, infinite or beyond <see cref="LossLimit"/>.</summary>
    public static void CheckLoss(TrainableModel model, long step, TrainingBatch batch, double nats, long targets)
    {
        var loss = nats / Math.Max(1, targets);
        if (!IsRunaway(model, loss))
            return;

        // Once more with a look at the inner loops: they are where it usually begins.
        model.MeasuresInnerLoss = true;
        model.Measure(batch);
        var inner = model.InnerLosses.FirstOrDefault(IsRunaway);
        throw Fault(step, inner is not null ? Describe(inner) : Describe(model, loss));
    }

    /// <summary>Refuses inner losses that are NaN or diverged.</summary>
    public static void CheckInner(long step, IReadOnlyList<InnerLoss> losses)
    {
        if (losses.FirstOrDefault(IsRunaway) is { } runaway)
            throw Fault(step, Describe(runaway));
    }

    /// <summary>
    /// Refuses a gradient that is not finite. It spreads in the backward pass, from the last layer to the first: what is named is the last layer that has it, there an
    /// inner model's head before all else.
    /// </summary>
    public static unsafe void CheckGradient(TrainableModel model, AdamW optimiser, long step, double norm)
    {
        if (double.IsFinite(norm))
            return;
        if (optimiser.NotFinite().OrderByDescending(static tensor => tensor.Layer ?? -1).ThenByDescending(static tensor => tensor.Heads > 1).FirstOrDefault() is not { } tensor)
            throw Fault(step, $"the gradient's norm is {Number(norm)}");
        using var call = model.Hold();
        var layer = tensor.Layer is { } number ? string.Create(CultureInfo.InvariantCulture, $", layer {number}") : "";

        // Where all heads have it, it came to them from elsewhere.
        var part = tensor.Count / tensor.Heads;
        int[] heads = [.. Enumerable.Range(0, tensor.Heads).Where(head => new ReadOnlySpan<float>(model.Gradients + tensor.Offset + head * part, part).ContainsAnyExceptInRange(float.MinValue, float.MaxValue))];
        var named = heads.Length < tensor.Heads ? string.Create(CultureInfo.InvariantCulture, $", head {heads[0]}") : "";
        throw Fault(step, $"the gradient of {tensor.Key}{layer}{named} is not finite");
    }

    /// <summary>Refuses weights that are not worth keeping: an update was made, but after it a loss or an inner loss is NaN or diverged.</summary>
    /// <param name="model">With these weights.</param>
    /// <param name="step">Updates made.</param>
    /// <param name="batch">What is asked; nothing carried.</param>
    public static void CheckWeights(TrainableModel model, long step, TrainingBatch batch)
    {
        model.MeasuresInnerLoss = true;
        var found = model.Measure(batch);
        model.MeasuresInnerLoss = false;
        var loss = found.Nats / Math.Max(1, found.Targets);
        var what = model.InnerLosses.FirstOrDefault(IsRunaway) is { } inner ? Describe(inner) : IsRunaway(model, loss) ? Describe(model, loss) : null;
        if (what is not null)
            throw new TttException($"step {step}: after this update, {what}; the last checkpoint is kept; {WayOut}");
    }

    /// <summary>Refuses a held-out loss that is not a number, before it is written down.</summary>
    public static void CheckHeldOut(HeldOutReport report)
    {
        if (report.NatsPerByte.FirstOrDefault(static found => !double.IsFinite(found.NatsPerByte)) is { Text: { } text, NatsPerByte: var nats })
            throw new TttException($"step {report.Step}: after this update, the loss on the held-out part of {Checkpoints.OneLine.Of(text)} is {Number(nats)}; the last checkpoint is kept; {WayOut}");
    }

    private static bool IsRunaway(TrainableModel model, double loss) => !double.IsFinite(loss) || loss > LossLimit(model.Vocabulary);

    private static bool IsRunaway(InnerLoss loss) => !(Math.Max(loss.After, loss.Worst) <= RunawayInner * (loss.Initial + 1));

    private static string Describe(TrainableModel model, double loss) => $"the loss is {Number(loss)} nats a token, expected at most {Number(LossLimit(model.Vocabulary))}";

    private static string Describe(InnerLoss loss) =>
        $"the inner loss of layer {loss.Layer}, memory {loss.Memory}, head {loss.WorstHead} is {Number(loss.Worst)}, at the start it was {Number(loss.Initial)}";

    private static TttException Fault(long step, string what) =>
        new($"step {step}: {what}; this update was not made and the last checkpoint is kept; {WayOut}");

    private static string Number(double value) => value.ToString("G5", CultureInfo.InvariantCulture);
}
