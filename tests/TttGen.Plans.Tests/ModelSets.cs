using TttGen.Numerics.Tests.Compiled;

namespace TttGen.Plans.Tests;

/// <summary>The small models, in two sets of about as much work: classes of tests run at the same time.</summary>
internal static class ModelSets
{
    private static readonly string[] Users = ["SwiGlu", "ThreeLayer", "LowRank", "Delta", "Scaled", "Tied", "Gain", "Squashed"];

    /// <summary>Those with the paper's inner models.</summary>
    public static TheoryData<string> OfThePaper => [.. SmallModel.All.Keys.Where(name => !IsUsers(name))];

    /// <summary>Those with an inner model such as a user writes.</summary>
    public static TheoryData<string> OfUsers => [.. SmallModel.All.Keys.Where(IsUsers)];

    private static bool IsUsers(string name) => Users.Any(user => name.StartsWith(user, StringComparison.Ordinal));
}
