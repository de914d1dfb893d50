using Xunit.Abstractions;

namespace TttGen.Compiler.Tests.Derivation;

public class DualFormTests(ITestOutputHelper log)
{
    [Theory, MemberData(nameof(InnerModels.Names), MemberType = typeof(InnerModels))]
    public void Dual_form_equals_compiled_primal_form(string model)
    {
        var scan = new Scan(InnerModels.Named(model), tokens: 43, seed: 1);
        Below(1e-12, Relative.Error(scan.Dual(), scan.CompiledPrimal()));
    }

    [Theory, MemberData(nameof(InnerModels.Names), MemberType = typeof(InnerModels))]
    public void Primal_form_equals_its_definition_with_a_gradient_by_differences(string model)
    {
        var scan = new Scan(InnerModels.Named(model), tokens: 19, seed: 2);
        Below(1e-9, Relative.Error(scan.CompiledPrimal(), scan.DefinedPrimal()));
    }

    [Theory, MemberData(nameof(InnerModels.Names), MemberType = typeof(InnerModels))]
    public void Any_split_gives_the_same_outputs_and_state(string model)
    {
        var scan = new Scan(InnerModels.Named(model), tokens: 43, seed: 3);
        var whole = scan.Dual();
        Below(1e-13, Relative.Error(scan.Dual(5, 1, 20, 17), whole));
        Below(1e-13, Relative.Error(scan.Dual([.. Enumerable.Repeat(1, 43)]), whole));
    }

    [Theory, MemberData(nameof(InnerModels.Names), MemberType = typeof(InnerModels))]
    public void A_rate_that_is_wrong_by_a_thousandth_is_seen(string model)
    {
        var scan = new Scan(InnerModels.Named(model), tokens: 16, seed: 1);
        var right = scan.CompiledPrimal();
        scan.TokenRate[7] *= 1.001;
        Assert.InRange(Relative.Error(scan.Dual(), right), 1e-8, 1);
    }

    private void Below(double limit, double error)
    {
        log.WriteLine($"{error:E2}");
        Assert.InRange(error, 0, limit);
    }
}
