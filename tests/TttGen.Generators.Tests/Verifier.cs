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
        var received = Texts(driver).Where(t => ends is null || ends.Any(t.Key.EndsWith)).ToDictionary(t => $"#{Path.GetFileNameWithoutExtension(t.Key)}|cs", t => $"//HintName: {t.Key}\n{t.Value}");
        if (result.Diagnostics.Length > 0) received["|txt"] = string.Join("\n", result.Diagnostics.Select(d => d.ToString()).Order(StringComparer.Ordinal));
        await Snapshots.Compare(testFile, method, received);
    }

    /// <summary>Generated files by their names, whatever this version is.</summary>
    public static Dictionary<string, string> Texts(GeneratorDriver driver) => driver.GetRunResult().Results.SelectMany(r => r.GeneratedSources).ToDictionary(
        source => source.HintName, source => Version().Replace(source.SourceText.ToString(), "GeneratedCode(\"TttGen\", \"<version>\")"));

    [GeneratedRegex("""GeneratedCode\("TttGen", "[^"]*"\)""")]
    private static partial Regex Version();
}
