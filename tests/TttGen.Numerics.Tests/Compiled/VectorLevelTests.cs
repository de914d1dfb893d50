using System.Diagnostics;
using System.Runtime.InteropServices;
using TttGen.Cpu;
using TttGen.Numerics.Tests.Spec;
using TttGen.Runtime.Tests.Checkpoints;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>Whole models on vectors of every width: this assembly again, in a process that the runtime's own switches keep from wider ones.</summary>
public sealed class VectorLevelTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const double Bar = 2e-5;

    [Theory]
    [InlineData("DOTNET_EnableAVX512", 256)]
    [InlineData("DOTNET_EnableAVX2", 128)]
    [InlineData("DOTNET_EnableHWIntrinsic", 128)]
    public void Narrower_vectors_give_the_same_logits(string off, int bits)
    {
        // Arm64 has one width; processors of x64 may have less than the switch leaves.
        var left = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? bits : VectorLevel.Bits;
        var here = LevelLogits.Compute();
        var there = Run(off);
        Assert.Equal(Math.Min(left, VectorLevel.Bits), there.Bits);

        var worst = 0.0;
        foreach (var (name, expected) in here.Logits)
        {
            worst = Math.Max(worst, RelativeError.Of(there.Logits[name], expected));
            RelativeError.Within(Bar, there.Logits[name], expected, $"{name}, {there.Bits} against {here.Bits} bits");
        }
        foreach (var name in LevelLogits.Goldens)
        {
            using var golden = new GoldenCase(name);
            RelativeError.Within(Bar, there.Logits[name], golden.Logits(0), $"{name}, {there.Bits} bits against the reference");
        }
        output.WriteLine($"{there.Bits} against {here.Bits} bits: {worst:E1}");
    }

    private static LevelLogits Run(string off)
    {
        using var files = new TemporaryDirectory();
        var start = new ProcessStartInfo(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"))
        {
            ArgumentList = { "exec", typeof(VectorLevelTests).Assembly.Location, files["logits"] },
            Environment = { [off] = "0" },
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
        return LevelLogits.Read(files["logits"]);
    }
}
