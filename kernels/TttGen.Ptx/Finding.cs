namespace TttGen.Ptx;

/// <summary>What is wrong with a kernel.</summary>
/// <param name="Id">One of the constants here.</param>
/// <param name="IsError">Whether the build fails of it.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="Message">What was expected and what found, and the way out.</param>
internal sealed record Finding(string Id, bool IsError, ModelKernel Kernel, string Message)
{
    /// <summary>The tool can't do its work at all.</summary>
    public const string Tool = "TTT200";

    /// <summary>ILGPU can't compile a kernel.</summary>
    public const string Compilation = "TTT201";

    /// <summary>Threads or parameters that a launch can't have.</summary>
    public const string Signature = "TTT202";

    /// <summary>More shared memory than a group can have.</summary>
    public const string Shared = "TTT203";

    /// <summary>Memory of a thread's own, which lies off chip.</summary>
    public const string Local = "TTT204";

    /// <summary>A function of a few digits in code for float32.</summary>
    public const string Approximation = "TTT205";

    /// <summary>Shared memory is accessed on another side of a barrier than the source says.</summary>
    public const string Order = "TTT206";

    /// <summary>NVIDIA's assembler refuses the code.</summary>
    public const string Assembler = "TTT207";

    /// <summary>Registers did not suffice.</summary>
    public const string Spills = "TTT208";

    /// <summary>Shown as MSBuild wants it, at the spec that the kernel came from, or its model, where one of them is in this project.</summary>
    public string Line(SourceLocations locations, string project)
    {
        var spec = Kernel.Attribute.Spec;
        var origin = locations.Of(spec) ?? locations.Of(Kernel.Model) ?? $"{project} ";
        return $"{origin}: {(IsError ? "error" : "warning")} {Id}: {Kernel.Model}.{Kernel.Name}{(spec.Length > 0 ? $" ({spec})" : "")}: {Message.ReplaceLineEndings(" ")}";
    }
}
