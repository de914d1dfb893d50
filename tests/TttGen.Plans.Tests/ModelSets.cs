namespace TttGen.Plans.Tests;

/// <summary>
/// Small models that stand for the others as OpenCL, in two sets of about as much work: classes of tests run at the same time. PoCL takes up to a minute to compile
/// one. Every inner model is run on ILGPU's interpreter, in bf16 (<see cref="Bf16ModelTests"/>).
/// </summary>
internal static class ModelSets
{
    /// <summary>Those with the paper's inner models.</summary>
    public static TheoryData<string> OfThePaper => ["LinearBySix", "MlpByTen"];

    /// <summary>Those with an inner model such as a user writes.</summary>
    public static TheoryData<string> OfUsers => ["MambaByTen", "ThreeLayerBySix"];
}
