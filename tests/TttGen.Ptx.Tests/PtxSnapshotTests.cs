using System.Runtime.CompilerServices;
using TttGen.Generators.Tests;

namespace TttGen.Ptx.Tests;

/// <summary>PTX as it is shipped, as it reads: whatever changes ILGPU, its level or a primitive shows here.</summary>
public sealed class PtxSnapshotTests
{
    /// <summary>Rows of the past, a norm of rows, the products of one row and of many, a step of the scan; each compiled twice, in contexts of their own.</summary>
    [Fact]
    public async Task Kernels_of_a_model()
    {
        string[] kernels = ["EnterHalo", "MultiplyLogitsRows", "MultiplyLogitsOne", "MultiplyLogits", "LearnLinearMemoryStep"];
        var texts = kernels.ToDictionary(kernel => $"#{kernel}|ptx", Text);
        foreach (var kernel in kernels) Assert.Equal(texts[$"#{kernel}|ptx"], Text(kernel));
        await Snapshots.Compare(Here(), nameof(Kernels_of_a_model), texts);
    }

    private static string Text(string kernel) => Compiled.Ptx(typeof(ToyKernels), kernel).Text;

    private static string Here([CallerFilePath] string file = "") => file;
}
