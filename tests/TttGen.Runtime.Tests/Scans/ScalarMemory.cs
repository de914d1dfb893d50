using TttGen.Scans;

namespace TttGen.Runtime.Tests.Scans;

/// <summary>
/// The smallest memory that has every part of a scan, by hand: one weight w, gₛ = rate(s) (w − key(s)), o(i) = query(i) (w − tok(i) Σ_{s ≤ i} gₛ).
/// Sums of gₛ are of a mini-batch's w alone, so a driver that starts a mini-batch from another w, or counts a token twice, changes every answer after it.
/// </summary>
internal readonly unsafe struct ScalarMemory : IDualScanKernels<double>, IPrimalScanKernels<double>, IDualScanBackwardKernels<double>, IPrimalScanBackwardKernels<double>, IInnerLossKernels<double>
{
    public static int MiniBatchTokens => 4;

    public static int WeightsSize => 1;

    public static int InnerSize => 4;

    public static int Width => 1;

    public void MiniBatch(in ScanPart<double> part, double* weights)
    {
        var sum = 0.0;
        Step(part, weights, &sum);
        *weights -= part.LastTokenRate * sum;
    }

    public void Step(in ScanPart<double> part, double* weights, double* sums)
    {
        for (var i = 0; i < part.Count; i++)
        {
            *sums += Gradient(part, i, *weights);
            *part.Output.From(i).Start = *part.Query.From(i).Start * (*weights - part.TokenRate[i] * *sums);
        }
    }

    public void Token(in ScanPart<double> part, double* weights, double* sums) => Step(part, weights, sums);

    public void Close(in ScanPart<double> part, double* weights, double* sums)
    {
        *weights -= part.LastTokenRate * *sums;
        *sums = 0;
    }

    public void Gather(in ScanPart<double> part, double* weights, double* sums)
    {
        for (var i = 0; i < part.Count; i++) *sums += Gradient(part, i, *weights);
    }

    public void InnerGradient(in ScanPart<double> part, double* weights, double* inner)
    {
        for (var i = 0; i < part.Count; i++) inner[i] = Gradient(part, i, *weights);
    }

    public void Advance(in ScanPart<double> part, double* weights, double* inner) => *weights -= part.LastTokenRate * (inner[0] + inner[1] + inner[2] + inner[3]);

    public void MiniBatchBackward(in ScanPart<double> part, in ScanGradientPart<double> gradient, double* weights, double* inner, double* dWeights)
    {
        double start = 0, end = inner[0] + inner[1] + inner[2] + inner[3], dSums = 0;
        CloseBackward(part, gradient, weights, &end, dWeights, &dSums);
        StepBackward(part, gradient, weights, &start, dWeights, &dSums);
    }

    public void StepBackward(in ScanPart<double> part, in ScanGradientPart<double> gradient, double* weights, double* sums, double* dWeights, double* dSums)
    {
        var sum = *sums;
        Gather(part, weights, &sum);
        for (var i = part.Count - 1; i >= 0; i--)
        {
            double query = *part.Query.From(i).Start, dOutput = *gradient.Output.From(i).Start, distance = *weights - *part.Key.From(i).Start;
            *gradient.Query.From(i).Start = dOutput * (*weights - part.TokenRate[i] * sum);
            gradient.TokenRate[i] -= dOutput * query * sum;
            *dSums -= dOutput * query * part.TokenRate[i];
            *dWeights += dOutput * query + *dSums * part.Rate[i];
            *gradient.Key.From(i).Start = -*dSums * part.Rate[i];
            *gradient.Value.From(i).Start = 0;
            gradient.Rate[i] = *dSums * distance;
            sum -= part.Rate[i] * distance;
        }
    }

    public void TokenBackward(in ScanPart<double> part, in ScanGradientPart<double> gradient, double* weights, double* sums, double* dWeights, double* dSums) =>
        StepBackward(part, gradient, weights, sums, dWeights, dSums);

    public void CloseBackward(in ScanPart<double> part, in ScanGradientPart<double> gradient, double* weights, double* sums, double* dWeights, double* dSums)
    {
        *dSums = -part.LastTokenRate * *dWeights;
        *gradient.LastTokenRate -= *sums * *dWeights;
    }

    public void Losses(in ScanPart<double> part, double* weights, double* losses)
    {
        for (var i = 0; i < part.Count; i++)
        {
            var distance = *weights - *part.Key.From(i).Start;
            losses[i] = distance * distance / 2;
        }
    }

    public void Scan(in ScanCall<double> call) => TttScan.Dual<ScalarMemory, double>(this, call);

    private static double Gradient(in ScanPart<double> part, int i, double weight) => part.Rate[i] * (weight - *part.Key.From(i).Start);
}
