using System.Runtime.CompilerServices;

namespace TttGen.Generators.Tests;

/// <summary>Snapshots are there to be read.</summary>
public sealed class SnapshotSizeTests
{
    [Fact]
    public void Snapshots_of_all_projects_are_short_enough_to_be_read()
    {
        var lines = Directory.EnumerateDirectories(Tests()).SelectMany(project => Directory.EnumerateFiles(project, "*.verified.*", SearchOption.AllDirectories))
            .ToDictionary(path => Path.GetRelativePath(Tests(), path), path => File.ReadLines(path).Count());
        Assert.NotEmpty(lines);
        Assert.All(lines, file => Assert.True(file.Value <= 600, $"{file.Key} has {file.Value} lines, more than 600: show a smaller model, or its hash"));
        Assert.InRange(lines.Values.Sum(), 1, 10_000);
    }

    private static string Tests([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, ".."));
}
