using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TttGen.Cpu;

namespace TttGen.App;

/// <summary>Which processors this binary is for, and what it uses of this one.</summary>
internal static class InstructionSet
{
    private const string BuildLevel = "TttGen.InstructionSet";

    /// <summary>For example <c>x86-64-v3, fixed at build time; vectors of 256 bits</c>.</summary>
    public static string Describe() => string.Create(CultureInfo.InvariantCulture, $"{Level()}; vectors of {VectorLevel.Bits} bits");

    // A native binary has its level from the build (samples/Directory.Build.targets); under the JIT every processor gets its own code.
    private static string Level() =>
        !RuntimeFeature.IsDynamicCodeCompiled && AppContext.GetData(BuildLevel) is string level
            ? $"{level}, fixed at build time"
            : $"{RuntimeInformation.ProcessArchitecture}, chosen at run time";
}
