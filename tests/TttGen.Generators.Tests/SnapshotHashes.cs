using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TttGen.Generators.Tests;

/// <summary>
/// Snapshots of texts that are too many to be read: a line each in <c>Type.Hashes.verified.txt</c> beside the test, with the text's length and hash, so that no change
/// goes unseen. TTTGEN_SNAPSHOT_TEXTS=FOLDER writes the texts themselves, to compare those of two commits; TTTGEN_ACCEPT_SNAPSHOTS=1 accepts what is there.
/// </summary>
internal static class SnapshotHashes
{
    private static readonly Lock Accepting = new();

    /// <summary>Compares texts with what the file beside the test says of them.</summary>
    /// <param name="testFile">The test's source file.</param>
    /// <param name="method">The test.</param>
    /// <param name="texts">By name.</param>
    public static void Compare(string testFile, string method, IReadOnlyDictionary<string, string> texts)
    {
        var type = Path.GetFileNameWithoutExtension(testFile);
        var verified = Path.Combine(Path.GetDirectoryName(testFile)!, $"{type}.Hashes.verified.txt");
        if (Environment.GetEnvironmentVariable("TTTGEN_SNAPSHOT_TEXTS") is { Length: > 0 } folder) Write(Path.Combine(folder, type, method), texts);
        var found = texts.Select(t => $"{method} {t.Key}: {Summary(t.Value)}").ToHashSet();
        lock (Accepting)
        {
            var known = File.Exists(verified) ? File.ReadAllLines(verified) : [];
            var ours = known.Where(line => line.StartsWith(method + " ", StringComparison.Ordinal)).ToHashSet();
            if (ours.SetEquals(found)) return;
            if (Environment.GetEnvironmentVariable("TTTGEN_ACCEPT_SNAPSHOTS") == "1")
            {
                File.WriteAllLines(verified, known.Where(line => !ours.Contains(line)).Concat(found).Order(StringComparer.Ordinal));
                return;
            }
            Assert.Fail($"texts differ from those that {Path.GetFileName(verified)} has the hashes of; see them with TTTGEN_SNAPSHOT_TEXTS=FOLDER, here and on the commit before, "
                + $"and where the new ones are right run with TTTGEN_ACCEPT_SNAPSHOTS=1:\n{string.Join("\n", ours.Except(found).Select(line => "- " + line).Concat(found.Except(ours).Select(line => "+ " + line)))}");
        }
    }

    private static string Summary(string text)
    {
        text = text.ReplaceLineEndings("\n").TrimEnd('\n') + "\n";
        return string.Create(CultureInfo.InvariantCulture, $"{text.Count(c => c == '\n')} lines, {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16]}");
    }

    private static void Write(string folder, IReadOnlyDictionary<string, string> texts)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, text) in texts) File.WriteAllText(Path.Combine(folder, name), text);
    }
}
