using System.Globalization;
using TttGen.SpecFuzz.Checking;
using TttGen.SpecFuzz.Grammar;

namespace TttGen.SpecFuzz;

/// <summary>Random specs: each is right, or refused. Thousands of others: see <see cref="Program"/>.</summary>
public sealed class FuzzTests
{
    private const int Blocks = 2, Each = 3;

    static FuzzTests() => CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, Blocks).Select(b => 1_000 + b * Each)];

    [Theory, MemberData(nameof(Seeds))]
    public void Random_layers_equal_their_specs(int first) => Check(first, RandomLayer.Draw);

    [Theory, MemberData(nameof(Seeds))]
    public void Random_memories_equal_their_specs(int first) => Check(first, RandomMemory.Draw);

    [Theory, MemberData(nameof(Seeds))]
    public void Random_optimisers_equal_their_specs(int first) => Check(first, RandomOptimiser.Draw);

    [Theory, MemberData(nameof(Seeds))]
    public void Random_layers_that_attend_equal_their_specs(int first) => Check(first, RandomLayer.DrawAttending);

    [Theory, MemberData(nameof(Seeds))]
    public void Random_recurrences_equal_their_specs(int first) => Check(first, RandomRecurrence.Draw);

    private static void Check(int first, Func<int, RandomSpec> draw)
    {
        for (var seed = first; seed < first + Each; seed++)
        {
            var spec = draw(seed);
            var outcome = Outcome.Of(SpecCase.Of(seed.ToString(CultureInfo.InvariantCulture), spec.Source));
            if (!outcome.IsDefect) continue;
            var (least, said) = Shrinking.Least(spec, outcome, attempts: 40);
            Assert.Fail($"seed {seed}: {outcome.Verdict}: {outcome.Words}\nleast: {said.Words}\n{least.Source}");
        }
    }
}
