using System.Runtime.CompilerServices;
using TttGen.Compiler.Derivation;
using TttGen.Compiler.Emit;
using TttGen.Compiler.Scheduling;
using TttGen.Generators.Tests;

namespace TttGen.Compiler.Tests.Artefacts;

/// <summary>What derivation and scheduling make of inner models, as text: read a change of it as a change of the algorithm.</summary>
public class MemoryArtefactTests
{
    [Fact]
    public Task Memories_as_derived() => Snapshots.Compare(ThisFile(), nameof(Memories_as_derived), Scheduled.ToDictionary(m => $"#{m.Name}|txt", m => $"{ArtefactText.Of(m.Memory.Memory.Model)}\n{ArtefactText.Of(m.Memory.Kernels[0].Program)}"));

    [Fact]
    public Task Memories_as_scheduled() => Snapshots.Compare(ThisFile(), nameof(Memories_as_scheduled), Scheduled.ToDictionary(m => $"#{m.Name}|txt", m => ArtefactText.Of(m.Memory.Kernels[0])));

    [Theory]
    [MemberData(nameof(InnerModels.Names), MemberType = typeof(InnerModels))]
    public void Texts_name_every_buffer_that_a_kernel_has(string model)
    {
        foreach (var kernel in ScheduledMemory.Of(DerivedMemory.Of(InnerModels.Named(model))).Kernels)
        {
            var text = ArtefactText.Of(kernel);
            Assert.All(kernel.AllBuffers, buffer => Assert.Contains(buffer.Name, text, StringComparison.Ordinal));
        }
    }

    /// <summary>Each inner model under gradient descent, and one under momentum.</summary>
    private static IEnumerable<(string Name, ScheduledMemory Memory)> Scheduled =>
    [
        .. InnerModels.All.Select(m => (m.Name, ScheduledMemory.Of(DerivedMemory.Of(m)))),
        ("MomentumOfLinearMemory", ScheduledMemory.Of(DerivedMemory.Of(InnerModels.Linear(), InnerModels.MomentumWithDecay()))),
    ];

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
