using DiffEngine;

namespace TttGen.Generators.Tests;

/// <summary>
/// Snapshots in the conventions of Verify, so that the package drops in where it can be restored: <c>Type.Method#HintName.verified.cs</c> beside the test;
/// on a difference <c>.received.cs</c> is written and, outside of build servers, shown. To accept, rename received to verified; or run the tests with
/// TTTGEN_ACCEPT_SNAPSHOTS=1, which writes every verified text anew.
/// </summary>
internal static class Snapshots
{
    private static bool Accepts => Environment.GetEnvironmentVariable("TTTGEN_ACCEPT_SNAPSHOTS") == "1";

    /// <summary>Compares texts with those beside the test.</summary>
    /// <param name="testFile">The test's source file.</param>
    /// <param name="method">The test.</param>
    /// <param name="received">Texts, by <c>#HintName|extension</c>.</param>
    public static async Task Compare(string testFile, string method, Dictionary<string, string> received)
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
}
