using TttGen.Cpu;
using TttGen.Cuda;
using TttGen.Gpu.Models;
using TttGen.Gpu.Results;
using TttGen.Inference;

namespace TttGen.Gpu.Checking;

/// <summary>What a trained model says of a text that it did not learn from, against what it says on the CPU in float32: what rounding costs where it counts.</summary>
internal sealed class TextChecker(KnownModel known, Device? device, ResultLog log, WeightType weights) : Checker(known, device, log, weights)
{
    /// <summary>What the names of these comparisons end in: the mean of |nats a byte − the CPU's|, and the share of places whose likeliest byte is another.</summary>
    public const string Nats = "change of nats a byte on held-out text", Likeliest = "share of likeliest bytes that differ on held-out text";

    /// <summary>What rounding may cost in bf16.</summary>
    public const double MostNats = 1e-3, MostLikeliest = 0.01;

    private const int Window = 2048, MostWindows = 16;

    /// <summary>Both comparisons.</summary>
    /// <param name="folder">A checkpoint, and text.txt: bytes.</param>
    public void Run(string folder)
    {
        using var model = (BatchedModel)LoadOnDevice(folder);
        if (model.Weights != Weights)
            return;
        using var cpu = Known.Definition.Load(folder, new ModelOptions());
        var text = File.ReadAllBytes(Path.Combine(folder, "text.txt"));
        int[][] windows = [.. Enumerable.Range(0, Math.Min(MostWindows, (text.Length - 1) / Window)).Select(w => text.AsSpan(w * Window, Window + 1).ToArray().Select(b => (int)b).ToArray())];
        if (windows.Length == 0)
            throw new TttException($"{folder}: expected a text of more than {Window} bytes, found {text.Length}");

        TokenScore[] expected = [], found = [];
        var isBf16 = Weights == WeightType.BFloat16;
        Compare(Nats, () =>
        {
            (expected, found) = (Score(cpu, windows), Score(model, windows));
            return Math.Abs(found.Average(score => score.Nats) - expected.Average(score => score.Nats));
        }, isBf16 ? MostNats : null);
        Compare(Likeliest, () => found.Zip(expected).Count(pair => pair.First.Greatest != pair.Second.Greatest) / (double)expected.Length, isBf16 ? MostLikeliest : MostNats);
    }

    private static TokenScore[] Score(TttModel model, int[][] windows)
    {
        var scores = new TokenScore[windows.Length * Window];
        var states = model.CreateStates(windows.Length);
        try
        {
            model.Score(states, [.. windows.SelectMany(window => window[..Window])], [.. windows.Select(_ => Window)], [.. windows.SelectMany(window => window[1..])], scores);
        }
        finally
        {
            Reading.Free(states);
        }
        return scores;
    }
}
