using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using DiffEngine;
using Microsoft.CodeAnalysis;

namespace TttGen.Generators.Tests;

/// <summary>
/// Snapshots in the conventions of Verify and Verify.SourceGenerators, with their call shape, so that the packages drop in where they can be
/// restored: <c>Type.Method#HintName.verified.cs</c> beside the test; on a difference <c>.received.cs</c> is written and, outside of build
/// servers, shown. To accept, rename received to verified; or run the tests with TTTGEN_ACCEPT_SNAPSHOTS=1, which writes every verified text anew.
/// </summary>
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
        await Compare(testFile, method, received);
    }

    private static bool Accepts => Environment.GetEnvironmentVariable("TTTGEN_ACCEPT_SNAPSHOTS") == "1";

    private static async Task Compare(string testFile, string method, Dictionary<string, string> received)
    {
        var folder = Path.GetDirectoryName(testFile)!;
        var prefix = $"{Path.GetFileNameWithoutExtension(testFile)}.{method}";
        var differences = new List<string>();
        var unused = Directory.EnumerateFiles(folder, $"{prefix}*.verified.*").Where(IsOfThisMethod).ToHashSet();

        foreach (var (name, text) in received)
        {
            var (stem, extension) = (name.Split('|')[0], name.Split('|')[1]);
            var verifiedPath = Path.Combine(folder, $"{prefix}{stem}.verified.{extension}");
            var receivedPath = Path.Combine(folder, $"{prefix}{stem}.received.{extension}");
            unused.Remove(verifiedPath);
            File.Delete(receivedPath);
            var verified = File.Exists(verifiedPath) ? (await File.ReadAllTextAsync(verifiedPath)).ReplaceLineEndings("\n").TrimEnd('\n') : null;
            if (verified == text.ReplaceLineEndings("\n").TrimEnd('\n')) continue;
            if (Accepts)
            {
                await File.WriteAllTextAsync(verifiedPath, text);
                continue;
            }
            await File.WriteAllTextAsync(receivedPath, text);
            differences.Add($"{(verified is null ? "new" : "different")}: {receivedPath}");
            await DiffRunner.LaunchAsync(receivedPath, verifiedPath);
        }

        if (Accepts)
        {
            foreach (var path in unused) File.Delete(path);
            return;
        }
        differences.AddRange(unused.Select(path => $"no longer generated: {path}"));
        Assert.True(differences.Count == 0, "snapshots differ; where the new text is right, rename received to verified, or run with TTTGEN_ACCEPT_SNAPSHOTS=1:\n" + string.Join("\n", differences));

        bool IsOfThisMethod(string path) => Path.GetFileName(path)[prefix.Length] is '.' or '#';
    }

    [GeneratedRegex("""GeneratedCode\("TttGen", "[^"]*"\)""")]
    private static partial Regex Version();
}
