using System.Globalization;
using TttGen.SpecFuzz.Checking;

namespace TttGen.SpecFuzz;

/// <summary>The generators take no more than a second for what a user may write; what grows faster than a spec does takes more than the bar.</summary>
public sealed class TimeTests
{
    /// <summary>For machines that do something else beside, and for a process whose code is not compiled yet.</summary>
    private static readonly TimeSpan Bar = TimeSpan.FromSeconds(15);

    static TimeTests() => CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

    public static TheoryData<string> Names => [.. TimedSpecs.All.Select(s => s.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Large_specs_are_generated_in_little_time(string name)
    {
        var spec = SpecCase.Of(name, TimedSpecs.All.Single(s => s.Name == name).Source);
        var took = CompiledSpec.Timed(spec).Took;
        if (took > Bar) took = CompiledSpec.Timed(spec).Took;
        Assert.InRange(took, TimeSpan.Zero, Bar);
    }
}
