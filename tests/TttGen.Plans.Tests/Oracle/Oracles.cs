using TttGen.Checkpoints;
using TttGen.Compiler;
using TttGen.Generators.Tests.Derived;

namespace TttGen.Plans.Tests.Oracle;

/// <summary>The oracle of any model of these tests.</summary>
internal static class Oracles
{
    private static readonly Lazy<Dictionary<string, ModelSource>> Sources = new(() => ModelSources.Of(
        ["TttGen.TestModels/Models.cs", "TttGen.TestModels/GoldenModels.cs", "TttGen.TestModels/InnerModels.cs", "TttGen.TestModels/MemoryModels.cs", "TttGen.TestModels/WideModel.cs"]));

    /// <summary>[T, V]: logits over the weights of a directory.</summary>
    /// <param name="name">The model's record.</param>
    /// <param name="directory">Its checkpoint.</param>
    /// <param name="tokens">The sequence.</param>
    /// <param name="rounds">Whether as the plan in bf16.</param>
    /// <param name="noise">By how much of itself each number is off before it is rounded.</param>
    public static double[] Logits(string name, string directory, int[] tokens, bool rounds = true, double noise = 0)
    {
        using var checkpoint = Checkpoint.Open(directory);
        return new RoundingOracle(Sources.Value[name], checkpoint, rounds, noise).Logits(tokens);
    }
}
