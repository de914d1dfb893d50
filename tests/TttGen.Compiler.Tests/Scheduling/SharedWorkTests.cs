using System.Text.RegularExpressions;
using TttGen.Compiler.Derivation;
using TttGen.Compiler.Emit;
using TttGen.Compiler.Emit.Cpu;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Tests.Scheduling;

/// <summary>What several stages of a kernel need is made once.</summary>
public class SharedWorkTests
{
    [Fact]
    public void The_gradient_of_mlp_memory_computes_each_sigmoid_once() =>
        // of the keys' hidden values, and of the queries'
        Assert.Equal(2, Regex.Matches(MlpGradient(), @"V\.Sigmoid\(").Count);

    [Fact]
    public void The_gradient_of_mlp_memory_normalises_each_path_once() =>
        Assert.Equal(2, Regex.Matches(MlpGradient(), @"V mean\w+Sum = V\.Zero").Count);

    [Fact]
    public void The_gradient_of_mlp_memory_transposes_each_operand_once()
    {
        var copies = Regex.Matches(MlpGradient(), @"Tile\.Transpose<T, V>\(\w+, \w+, (\w+)").Select(m => m.Groups[1].Value).ToArray();
        Assert.Contains("W2", copies);
        Assert.Equal(copies.Distinct(), copies);
    }

    private static string MlpGradient()
    {
        var gradient = new ScanGradient(InnerModels.Mlp(64, 256)).MiniBatch();
        var text = new CodeWriter();
        TileKernelEmitter.Emit(TileScheduler.Schedule(gradient), 16, text);
        return text.ToString();
    }
}
