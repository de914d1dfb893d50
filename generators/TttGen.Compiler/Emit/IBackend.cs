using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit;

/// <summary>A machine that models run on: the files that it adds to a model.</summary>
internal interface IBackend
{
    /// <summary>The files: what stands behind the model's name, and the text.</summary>
    IEnumerable<(string Suffix, string Text)> Files();
}

/// <summary>Kernels over rows, and the lines of a plan that run them. <see cref="PlanEmitter"/> puts the lines in order.</summary>
internal interface IPlanKernels
{
    /// <summary>Adds a kernel; returns the lines that run it.</summary>
    IReadOnlyList<string> Add(RowKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors);

    /// <summary>The lines that bring rows of the past before each sequence's own, and keep the last ones.</summary>
    IEnumerable<string> Halo(RowTensor tensor);

    /// <summary>The lines at the end of a layer: what it hands on is what the next one reads.</summary>
    IEnumerable<string> HandOn(RowTensor stream, RowTensor result);
}
