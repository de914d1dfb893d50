using System.Reflection;
using TttGen.Kernels.Tests.Devices;
using Xunit.Sdk;

namespace TttGen.Plans.Tests;

/// <summary>A theory's rows, a property of the test's class; run where it is asked for.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SlowAttribute : DataAttribute
{
    private readonly string _rows;

    public SlowAttribute(string rows)
    {
        _rows = rows;
        Skip = OnPoclAttribute.NotAsked;
    }

    /// <inheritdoc/>
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => (IEnumerable<object[]>)testMethod.DeclaringType!.GetProperty(_rows)!.GetValue(null)!;
}

/// <summary>A test that is run where it is asked for.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SlowFactAttribute : FactAttribute
{
    public SlowFactAttribute() => Skip = OnPoclAttribute.NotAsked;
}
