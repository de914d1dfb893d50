using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TttGen.Kernels;

namespace TttGen.Ptx;

/// <summary>A kernel's PTX as it is shipped, and the shared memory that it takes.</summary>
/// <param name="Text">The code.</param>
/// <param name="SharedStatic">Bytes that the code declares.</param>
/// <param name="SharedDynamic">Bytes that the launch adds.</param>
internal sealed partial record PtxText(string Text, int SharedStatic, int SharedDynamic)
{
    /// <summary>What a group may declare; more is for a launch to ask for.</summary>
    public const int MostStaticShared = 48 * 1024;

    private const string Dynamic = "dynamicShared";

    // Of sixteen bytes a load, wherever an array begins.
    private const int Alignment = 16;

    /// <summary>What ILGPU wrote, made ready.</summary>
    /// <exception cref="FormatException">It is not as ILGPU 1.5 writes it.</exception>
    public static PtxText Of(string text, ModelKernel kernel)
    {
        // ILGPU marks branches as uniform that are not; marks also keep the assembler from unrolling.
        text = text.ReplaceLineEndings("\n").Replace(".uni", "", StringComparison.Ordinal);
        text = Numbered(WithoutIdleFunctions(text));
        text = Replaced(Entry(), text, $".entry {kernel.Entry}(");
        text = Replaced(MaxThreads(), text, Numbers($".reqntid {kernel.Attribute.Threads}, 1, 1{(kernel.Attribute.MinBlocks > 0 ? $"\n.minnctapersm {kernel.Attribute.MinBlocks}" : "")}{(kernel.Attribute.KeepsLoops ? "\n.pragma \"nounroll\";" : "")}"));
        return WithShared(text);
    }

    /// <summary>Every instruction's own function is written as well, which nobody calls.</summary>
    private static string WithoutIdleFunctions(string text) =>
        Function().Replace(text, function => Regex.IsMatch(text, $@"\bcall\b[^;]*\b{function.Groups["name"].Value}\b") ? function.Value : "");

    /// <summary>ILGPU's numbers go on from kernel to kernel; here each begins anew, so that a build does not depend on what was compiled before.</summary>
    private static string Numbered(string text)
    {
        var header = text.IndexOf(".address_size", StringComparison.Ordinal);
        if (header < 0) throw new FormatException("no header");
        var numbers = new Dictionary<string, int>();
        return text[..header] + Number().Replace(text[header..], found =>
        {
            if (!numbers.TryGetValue(found.Value, out var number)) numbers[found.Value] = number = numbers.Count;
            return Numbers($"_{number}");
        });
    }

    private static PtxText WithShared(string text)
    {
        var arrays = Shared().Matches(text);
        if (arrays.Count != Regex.Count(text, @"^\s*(\.extern )?\.shared\b", RegexOptions.Multiline)) throw new FormatException("shared memory of a size that is not constant");
        var offsets = new Dictionary<string, int>();
        var total = 0;
        foreach (Match array in arrays)
        {
            total = RoundedUp(total, Alignment);
            offsets[array.Groups["name"].Value] = total;
            total += int.Parse(array.Groups["bytes"].Value, CultureInfo.InvariantCulture);
        }
        if (total <= MostStaticShared)
            return new(Shared().Replace(text, Numbers($"$1.shared .align {Alignment} .b8 ${{name}}[${{bytes}}];")), total, 0);

        text = Shared().Replace(text, "");
        foreach (var (name, offset) in offsets) text = Regex.Replace(text, $@"\b{name}\b", offset == 0 ? Dynamic : Numbers($"{Dynamic}+{offset}"));
        return new(text.Replace(".visible .entry", Numbers($".extern .shared .align {Alignment} .b8 {Dynamic}[];\n\n.visible .entry"), StringComparison.Ordinal), 0, total);
    }

    private static int RoundedUp(int value, int unit) => (value + unit - 1) / unit * unit;

    private static string Replaced(Regex pattern, string text, string by) => pattern.Count(text) == 1 ? pattern.Replace(text, by) : throw new FormatException($"{pattern} is not there once");

    private static string Numbers(FormattableString text) => FormattableString.Invariant(text);

    [GeneratedRegex(@"^\.visible \.func[^;{]*?(?<name>\w+)\([^;{]*(;|\{.*?^\})\n*", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Function();

    [GeneratedRegex(@"_\d+\b")]
    private static partial Regex Number();

    [GeneratedRegex(@"\.entry \w+\(")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\.maxntid \d+, 1, 1")]
    private static partial Regex MaxThreads();

    [GeneratedRegex(@"^(\s*)\.shared \.align \d+ \.b8 (?<name>\w+)\[(?<bytes>\d+)\];", RegexOptions.Multiline)]
    private static partial Regex Shared();
}
