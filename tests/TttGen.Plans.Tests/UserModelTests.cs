using TttGen.Kernels.Tests.Devices;
using Xunit.Abstractions;

namespace TttGen.Plans.Tests;

/// <summary>Models with inner models of a user's follow the executable spec, as OpenCL.</summary>
public sealed class UserModelTests(ITestOutputHelper output)
{
    public static TheoryData<string> Models => ModelSets.OfUsers;

    [Theory, OnPocl(nameof(Models), takesMinutes: true)]
    public void Logits_are_those_of_the_executable_spec_however_they_are_asked_for(AcceleratorKind kind, string name) => PaperModelTests.Check(kind, name, output);
}
