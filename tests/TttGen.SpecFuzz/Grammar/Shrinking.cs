using TttGen.SpecFuzz.Checking;

namespace TttGen.SpecFuzz.Grammar;

/// <summary>From a spec that fails to the least one that fails in the same way.</summary>
internal static class Shrinking
{
    public static (RandomSpec Spec, Outcome Outcome) Least(RandomSpec spec, Outcome outcome, int attempts = 150)
    {
        while (true)
        {
            var found = false;
            foreach (var lesser in spec.Lesser().Where(s => s.Size < spec.Size))
            {
                if (attempts-- <= 0) return (spec, outcome);
                var tried = Outcome.Of(SpecCase.Of("least", lesser.Source));
                if (tried.Verdict != outcome.Verdict || !tried.Ids.SequenceEqual(outcome.Ids)) continue;
                (spec, outcome, found) = (lesser, tried, true);
                break;
            }
            if (!found) return (spec, outcome);
        }
    }
}
