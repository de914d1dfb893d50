using TttGen.Training;
using TttGen.Training.Optimisation;

namespace TttGen.Numerics.Tests.Training;

/// <summary>What decays where only matrices do: a bias or a norm of each head is none, though it is stored as one.</summary>
public sealed unsafe class WeightDecayTests
{
    [Theory]
    [InlineData("linear, Transformer", false)]
    [InlineData("linear, Mamba", false)]
    [InlineData("MLP, Mamba", false)]
    [InlineData("MLP, Mamba", true)]
    public void All_decay_or_matrices_only(string name, bool all)
    {
        using var model = GradientIdentityTests.Model(name, new TrainableOptions { Threads = 1, MaxTokens = 16 });
        using var optimiser = new AdamW(model, new AdamWOptions { WeightDecay = 1, DecayMatricesOnly = !all });
        var before = model.Tensors.ToDictionary(t => t.Key, t => model.ReadWeight(t.Key));
        optimiser.Update(1, 0.5, optimiser.GradientNorm());

        // No gradient: what moved has decayed.
        var decayed = model.Tensors.Where(t => !model.ReadWeight(t.Key).AsSpan().SequenceEqual(before[t.Key])).Select(t => t.Key).ToList();
        Assert.Equal(model.Tensors.Select(t => t.Key).Where(key => all || IsMatrix(key)), decayed);
    }

    private static bool IsMatrix(string key) => key.EndsWith("_proj.weight", StringComparison.Ordinal) || key.EndsWith("ttt_lr_weight", StringComparison.Ordinal) || key.EndsWith("W1", StringComparison.Ordinal)
        || key.EndsWith("W2", StringComparison.Ordinal) || key.EndsWith("conv.conv.weight", StringComparison.Ordinal)
        || key.EndsWith("conv_q.weight", StringComparison.Ordinal) || key.EndsWith("conv_k.weight", StringComparison.Ordinal) || key.EndsWith("embed_tokens.weight", StringComparison.Ordinal);
}
