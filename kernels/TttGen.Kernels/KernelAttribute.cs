namespace TttGen.Kernels;

/// <summary>An explicitly grouped ILGPU method that is a kernel: the build compiles it to PTX.</summary>
/// <param name="threads">Threads of a group, along x.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelAttribute(int threads) : Attribute
{
    /// <summary>Threads of a group, along x.</summary>
    public int Threads { get; } = threads;

    /// <summary>The spec that it came from; errors name it.</summary>
    public string Spec { get; set; } = "";

    /// <summary>It multiplies on tensor cores: compiled so that nothing moves past a barrier, and looked at for that.</summary>
    public bool TensorCores { get; set; }

    /// <summary>Its loops stay loops. NVIDIA's assembler would unroll those of constant length wholly, until registers run out, where a turn is long enough already.</summary>
    public bool KeepsLoops { get; set; }

    /// <summary>Groups that a multiprocessor should hold at once; 0 where it does not matter.</summary>
    public int MinBlocks { get; set; }
}
