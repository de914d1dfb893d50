using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>A kernel that is being written: its parameters, in the order of their first use, each with what the host passes.</summary>
/// <param name="Name">The method.</param>
/// <param name="Threads">Of a group.</param>
/// <param name="layout">The model's fields.</param>
/// <param name="precision">What rows and matrices are kept in.</param>
internal sealed class DeviceKernelText(string name, int threads, ModelLayout layout, DevicePrecision precision)
{
    private readonly List<(string Type, string Name, string Host)> _parameters = [];

    public string Name { get; } = name;

    public int Threads { get; } = threads;

    /// <summary>Whether it multiplies on tensor cores.</summary>
    public bool TensorCores { get; set; }

    /// <summary>Whether its loops are as long as they should be, and to be left alone.</summary>
    public bool KeepsLoops { get; set; }

    /// <summary>Blocks that a multiprocessor should have the registers for; 0 where it does not matter.</summary>
    public int MinBlocks { get; set; }

    /// <summary>What stands above the method.</summary>
    public List<string> Comments { get; } = [];

    /// <summary>Before the body: addresses.</summary>
    public List<string> Locals { get; } = [];

    public CodeWriter Body { get; } = new();

    /// <summary>What the host passes.</summary>
    public string Arguments => string.Join(", ", _parameters.Select(p => p.Host));

    public string Take(string type, string name, string host)
    {
        if (_parameters.All(p => p.Name != name)) _parameters.Add((type, name, host));
        return name;
    }

    /// <summary>Rows in memory.</summary>
    public string Tensor(RowTensor tensor) => Take($"ArrayView<{precision.ElementOf(tensor)}>", tensor.Name, "_" + tensor.Name);

    /// <summary>A parameter, of the layer at work.</summary>
    public string Parameter(string name) => Take($"ArrayView<{precision.ElementOf(layout.Parameter(name))}>", Names.Lower(name), layout.OnDevice(name));

    /// <summary>A run-time number.</summary>
    public string Setting(string name) => Take("float", ModelLayout.SettingName(name), $"(float){layout.Setting(name)}");

    public void Write(CodeWriter w, string spec)
    {
        foreach (var line in Comments) w.Line("// " + line);
        w.Line($"[Kernel({Numbers.Of(Threads)}{(TensorCores ? ", TensorCores = true" : "")}{(KeepsLoops ? ", KeepsLoops = true" : "")}{(MinBlocks > 0 ? $", MinBlocks = {Numbers.Of(MinBlocks)}" : "")}{(spec.Length > 0 ? $", Spec = \"{spec}\"" : "")})]");
        w.Line($"public static void {Name}({string.Join(", ", _parameters.Select(p => $"{p.Type} {p.Name}"))})");
        w.Line("{");
        w.Indent++;
        foreach (var line in Locals) w.Line(line);
        w.Lines(Body.ToString().TrimEnd('\n'));
        w.Indent--;
        w.Line("}");
    }
}
