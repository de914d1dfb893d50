using TttGen.Inference.Sampling;

namespace TttGen.App.Generating;

/// <summary>What a continuation took.</summary>
internal sealed record GenerationSpeed(int Read, TimeSpan Reading, int Written, TimeSpan Writing, SamplerOptions Options)
{
    /// <summary>One line for standard error.</summary>
    public override string ToString() =>
        $"prefill {Rate(Read, Reading)}, decode {Rate(Written, Writing)}{(Options.Temperature == 0 ? "" : $", seed {Options.Seed}")}";

    private static string Rate(int tokens, TimeSpan time) =>
        $"{tokens} tokens in {time.TotalSeconds:F3} s ({(time > TimeSpan.Zero ? tokens / time.TotalSeconds : 0):F1} tokens/s)";
}
