using TttGen.Cpu;
using Xunit.Abstractions;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>
/// What the compiler derives and emits for an inner model against the executable spec of the same record, which runs the primal form with
/// gradients from a tape: calls of many lengths that start anywhere in a mini-batch, on vectors of every width.
/// </summary>
public sealed class DerivedScanTests(ITestOutputHelper output)
{
    private const double DoubleBar = 1e-11;
    private const double FloatBar = 2e-5;

    public static TheoryData<string> Scans => [.. ScanCase.All.Keys];

    [Theory]
    [MemberData(nameof(Scans))]
    public void Derived_code_is_the_executable_spec_in_double(string name)
    {
        var scan = ScanCase.All[name];
        Within(DoubleBar, scan.WorstError<double, Lanes512d>(), "double, 512 bits");
        Within(DoubleBar, scan.WorstError<double, Lanes256d>(), "double, 256 bits");
        Within(DoubleBar, scan.WorstError<double, Lanes128d>(), "double, 128 bits");
    }

    [Theory]
    [MemberData(nameof(Scans))]
    public void Derived_code_is_the_executable_spec_in_float(string name)
    {
        var scan = ScanCase.All[name];
        Within(FloatBar, scan.WorstError<float, Lanes512>(), "float, 512 bits");
        Within(FloatBar, scan.WorstError<float, Lanes256>(), "float, 256 bits");
        Within(FloatBar, scan.WorstError<float, Lanes128>(), "float, 128 bits");
    }

    private void Within(double bar, double worst, string what)
    {
        output.WriteLine($"{what}: {worst:E1}");
        Assert.True(worst <= bar, $"{what}: relative error {worst:E2}, expected at most {bar:E1}");
    }
}
