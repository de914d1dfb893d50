using System.Text.RegularExpressions;

namespace TttGen.Ptx;

/// <summary>
/// In which order a kernel accesses shared memory and waits. ILGPU takes an instruction of ours for a call without effects and may move it, past a barrier, too;
/// where nothing is optimised it moves nothing, so that code shows what the source says.
/// </summary>
internal static partial class BarrierOrder
{
    private static readonly (string Start, string Name)[] Kinds =
    [
        ("bar", "barrier"), ("cp.async.commit", "commit"), ("cp.async.wait", "wait"), ("cp.async", "copy"), ("ldmatrix", "ldmatrix"), ("ld.shared", "load"), ("st.shared", "store"),
    ];

    /// <summary>Where two codes differ, as "… expected …, found …"; null where they don't.</summary>
    public static string? Difference(string source, string optimised)
    {
        string[] expected = [.. Of(source)], found = [.. Of(optimised)];
        var same = expected.Zip(found).TakeWhile(pair => pair.First == pair.Second).Count();
        if (same == expected.Length && same == found.Length) return null;
        return $"expected {Around(expected, same)}, as its source has it, found {Around(found, same)}";
    }

    /// <summary>The order, several of a kind in a row as one: how many they are depends on how wide they are.</summary>
    internal static IEnumerable<string> Of(string ptx)
    {
        var last = "";
        foreach (Match line in Instruction().Matches(ptx[Math.Max(0, ptx.IndexOf(".entry", StringComparison.Ordinal))..]))
        {
            var kind = Kinds.FirstOrDefault(kind => line.Groups["name"].Value.StartsWith(kind.Start, StringComparison.Ordinal)).Name;
            if (kind is null || kind == last) continue;
            yield return last = kind;
        }
    }

    private static string Around(string[] order, int at) => $"'{string.Join(' ', order.Skip(Math.Max(0, at - 3)).Take(6))}'";

    [GeneratedRegex(@"^\s*(@!?%\w+\s+)?(?<name>[a-z][\w.]*)", RegexOptions.Multiline)]
    private static partial Regex Instruction();
}
