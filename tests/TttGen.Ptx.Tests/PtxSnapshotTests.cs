using System.Runtime.CompilerServices;
using TttGen.Generators.Tests;

namespace TttGen.Ptx.Tests;

/// <summary>PTX as it is shipped: whatever changes ILGPU, its level or a primitive shows here.</summary>
public sealed class PtxSnapshotTests
{
    /// <summary>As they read: rows of the past, a norm of rows, the product of one row; each compiled twice, in contexts of their own.</summary>
    [Fact]
    public Task Kernels_of_a_model() => Snapshots.Compare(Here(), nameof(Kernels_of_a_model), Texts("EnterHalo", "MultiplyLogitsRows", "MultiplyLogitsOne").ToDictionary(t => $"#{t.Key}|ptx", t => t.Value));

    /// <summary>The product of many rows, and a step of the scan: too long to be read.</summary>
    [Fact]
    public void Large_kernels_of_a_model() => SnapshotHashes.Compare(Here(), nameof(Large_kernels_of_a_model), Texts("MultiplyLogits", "LearnLinearMemoryStep"));

    private static Dictionary<string, string> Texts(params string[] kernels)
    {
        var texts = kernels.ToDictionary(kernel => kernel, Text);
        foreach (var kernel in kernels) Assert.Equal(texts[kernel], Text(kernel));
        return texts;
    }

    private static string Text(string kernel) => Compiled.Ptx(typeof(ToyKernels), kernel).Text;

    private static string Here([CallerFilePath] string file = "") => file;
}
