using System.Globalization;
using TttGen.SpecFuzz.Checking;

namespace TttGen.SpecFuzz;

/// <summary>Specs that a user might write, each compiled and compared with itself run as it stands, or refused where it should be. Classes run side by side.</summary>
public abstract class CaseTests
{
    static CaseTests() => CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

    public static TheoryData<string> Names(string file) =>
        [.. SpecCase.Read(Path.Combine(AppContext.BaseDirectory, "Cases", file + ".txt")).Select(c => c.Name)];

    protected static void Check(string name)
    {
        var spec = SpecCase.Read(Path.Combine(AppContext.BaseDirectory, "Cases", name.Split('/')[0] + ".txt")).Single(c => c.Name == name);
        var outcome = Outcome.Of(spec);
        Assert.False(outcome.IsDefect, outcome.Words);
        if (spec.Words.TryGetValue("form", out var form)) Assert.Equal(form, outcome.Remarks.Contains("TTT060") ? "primal" : "dual");
        switch (spec.Expect)
        {
            case "any":
                break;
            case "ok":
                Assert.True(outcome.Verdict == Verdict.Right, outcome.Words);
                break;
            case "CS":
                Assert.NotEmpty(outcome.Ids);
                Assert.All(outcome.Ids, id => Assert.StartsWith("CS", id, StringComparison.Ordinal));
                break;
            default:
                Assert.Equal(spec.Expect.Split(' ').Order(StringComparer.Ordinal), outcome.Ids);
                break;
        }
    }
}

public sealed class MemoryCaseTests : CaseTests
{
    [Theory, MemberData(nameof(Names), "memories")]
    public void Memories_equal_their_specs(string name) => Check(name);

    [Theory, MemberData(nameof(Names), "optimisers")]
    public void Optimisers_equal_their_specs(string name) => Check(name);

    [Theory, MemberData(nameof(Names), "names")]
    public void Any_identifier_may_name_anything(string name) => Check(name);
}

public sealed class LayerCaseTests : CaseTests
{
    [Theory, MemberData(nameof(Names), "layers")]
    public void Layers_equal_their_specs(string name) => Check(name);

    [Theory, MemberData(nameof(Names), "attention")]
    public void Attention_equals_its_spec(string name) => Check(name);

    [Theory, MemberData(nameof(Names), "recurrences")]
    public void Recurrences_equal_their_specs(string name) => Check(name);

    [Theory, MemberData(nameof(Names), "functions")]
    public void Functions_equal_their_specs_in_a_memory_and_in_a_layer(string name) => Check(name);
}

public sealed class FoundCaseTests : CaseTests
{
    [Theory, MemberData(nameof(Names), "found")]
    public void What_random_specs_have_found_stays_right(string name) => Check(name);

    [Theory, MemberData(nameof(Names), "wrong")]
    public void What_is_no_spec_is_refused_on_its_own_node(string name) => Check(name);
}
