namespace TttGen.Plans.Tests;

/// <summary>
/// Small models that stand for the others, in two sets of about as much work: classes of tests run at the same time. Each inner model is there once, each
/// backbone, heads of an odd size and of 96, mini-batches of 1 to 16; what else differs in the rest is the CPU's tests' business, and to compile them would
/// take most of the time.
/// </summary>
internal static class ModelSets
{
    /// <summary>Those with the paper's inner models.</summary>
    public static TheoryData<string> OfThePaper => ["LinearBySix", "MlpByTen", "MixedMemories"];

    /// <summary>Those with an inner model such as a user writes.</summary>
    public static TheoryData<string> OfUsers => ["MambaByTen", "ThreeLayerBySix", "LowRankByNinetySix", "DeltaByTenOnline"];
}
