using System.Reflection;
using Xunit.Sdk;

namespace TttGen.Kernels.Tests.Devices;

/// <summary>A theory's rows, a static property of the test's class, that take minutes: run where they are asked for, with TTTGEN_SLOW_TESTS=1 in the environment.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TakesMinutesAttribute : DataAttribute
{
    private readonly string _rows;

    /// <summary>The rows of a property.</summary>
    /// <param name="rows">Its name.</param>
    public TakesMinutesAttribute(string rows) => (_rows, Skip) = (rows, NotAsked);

    /// <summary>Why what takes minutes is skipped, or null.</summary>
    public static string? NotAsked => Environment.GetEnvironmentVariable("TTTGEN_SLOW_TESTS") == "1" ? null : "It takes minutes; set TTTGEN_SLOW_TESTS=1";

    /// <inheritdoc/>
    public override IEnumerable<object[]> GetData(MethodInfo testMethod)
    {
        var property = testMethod.DeclaringType!.GetProperty(_rows) ?? throw new ArgumentException($"{testMethod.DeclaringType} has no {_rows}.");
        return (IEnumerable<object[]>)property.GetValue(null)!;
    }
}
