using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace TttGen.Generators.Tests;

/// <summary>Snapshots of what generators write, with the call shape of Verify.SourceGenerators.</summary>
internal static partial class Verifier
{
    /// <summary>Compares generated files (every one, unless told which by the ends of their names), and the diagnostics if there are any.</summary>
    public static async Task Verify(GeneratorDriver driver, IReadOnlyList<string>? ends = null, [CallerFilePath] string testFile = "", [CallerMemberName] string method = "")
    {
        var result = driver.GetRunResult();
        var received = result.Results.SelectMany(r => r.GeneratedSources).Where(s => ends is null || ends.Any(s.HintName.EndsWith)).ToDictionary(
            source => $"#{Path.GetFileNameWithoutExtension(source.HintName)}|cs",
            source => $"//HintName: {source.HintName}\n{Version().Replace(source.SourceText.ToString(), "GeneratedCode(\"TttGen\", \"<version>\")")}");
        if (result.Diagnostics.Length > 0) received["|txt"] = string.Join("\n", result.Diagnostics.Select(d => d.ToString()).Order(StringComparer.Ordinal));
        await Snapshots.Compare(testFile, method, received);
    }

    [GeneratedRegex("""GeneratedCode\("TttGen", "[^"]*"\)""")]
    private static partial Regex Version();
}
