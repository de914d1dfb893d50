using TttGen.Checkpoints;

namespace TttGen.Inference;

/// <summary>Where a model's weights come from: fills a part of one layer's tensor, in the checkpoint's order.</summary>
/// <param name="slot">The parameter.</param>
/// <param name="layer">Which layer.</param>
/// <param name="first">First element.</param>
/// <param name="to">As many as are wanted.</param>
public delegate void ParameterSource(ParameterSlot slot, int layer, long first, Span<float> to);

/// <summary>The sources that there are.</summary>
public static class ParameterSources
{
    /// <summary>A checkpoint that has been checked.</summary>
    public static ParameterSource Of(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return (slot, layer, first, to) => checkpoint.ReadWeights(slot.KeyOf(layer), first, to);
    }

    /// <summary>Fresh weights (paper, appendix C): matrices from N(0, 0.02), taps within ±1/√taps, scales at one, other vectors at zero. Asked for in order.</summary>
    public static ParameterSource Of(int seed)
    {
        var random = new Random(seed);
        return (slot, _, _, to) => ModelWeights.Draw(slot, random, to);
    }
}
