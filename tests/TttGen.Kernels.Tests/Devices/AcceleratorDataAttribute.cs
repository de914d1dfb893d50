using System.Reflection;
using Xunit.Sdk;

namespace TttGen.Kernels.Tests.Devices;

/// <summary>A theory's rows on one kind of accelerator: the kind, and after it what a member of the test's class lists.</summary>
/// <param name="kind">Where.</param>
/// <param name="rows">A static property of rows or single values; null: the kind is all.</param>
public abstract class AcceleratorDataAttribute(AcceleratorKind kind, string? rows) : DataAttribute
{
    /// <inheritdoc/>
    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
    {
        if (rows is null) return [[kind]];
        var property = testMethod.DeclaringType!.GetProperty(rows) ?? throw new ArgumentException($"{testMethod.DeclaringType} has no {rows}.");
        return ((IEnumerable<object[]>)property.GetValue(null)!).Select(row => (object[])[kind, .. row]);
    }
}

/// <summary>On ILGPU's interpreter.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnCpuAttribute(string? rows = null) : AcceleratorDataAttribute(AcceleratorKind.Cpu, rows);

/// <summary>On PoCL; where that is not installed, each row is skipped and says so.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class OnPoclAttribute : AcceleratorDataAttribute
{
    /// <summary>Rows as <see cref="AcceleratorDataAttribute"/> has them.</summary>
    /// <param name="rows">As there.</param>
    /// <param name="takesMinutes">Whether PoCL takes so long to compile it that it is run where it is asked for: with TTTGEN_SLOW_TESTS=1 in the environment.</param>
    public OnPoclAttribute(string? rows = null, bool takesMinutes = false) : base(AcceleratorKind.Pocl, rows) =>
        Skip = TestAccelerator.PoclMissing ?? (takesMinutes ? TakesMinutesAttribute.NotAsked : null);
}

/// <summary>On Oclgrind, a simulator that finds data races; elsewhere skipped. tests/races.sh makes it the OpenCL runtime.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnOclgrindAttribute : AcceleratorDataAttribute
{
    /// <summary>Rows as <see cref="AcceleratorDataAttribute"/> has them.</summary>
    public OnOclgrindAttribute(string? rows = null) : base(AcceleratorKind.Pocl, rows) =>
        Skip = TestAccelerator.IsOclgrind ? null : "Run it by tests/races.sh, on Oclgrind";
}
