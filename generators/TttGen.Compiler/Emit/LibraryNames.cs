using System.Text.RegularExpressions;

namespace TttGen.Compiler.Emit;

/// <summary>
/// Types that emitted code calls by their short names. Where a name of the user's hides one (a dimension called Tile, a parameter called Math), it is spelt out in full.
/// </summary>
public static class LibraryNames
{
    private static readonly Dictionary<string, string> Full = Names(
        ("System", "Math Span ReadOnlySpan"), ("System.Collections.Generic", "IReadOnlyList"), ("System.Numerics", "IFloatingPointIeee754"),
        ("System.Runtime.CompilerServices", "MethodImpl MethodImplOptions"), ("System.Runtime.Intrinsics", "Vector512 Vector256 Vector128"),
        ("TttGen.Cpu", "Tile Product GradientProduct RowSums RowShare PackedMatrix RotaryTable Prefetching ILanes Lanes512 Lanes256 Lanes128"),
        ("TttGen.Inference", "ModelDefinition ModelOptions ModelWeights ParameterSlot StorageForm CompiledModel TttModel ConfigEntry StateTensor BatchSlice"),
        ("TttGen.Training", "CompiledTrainable TrainableModel TrainableOptions"));

    /// <summary>All short names.</summary>
    public static IReadOnlyCollection<string> All => Full.Keys;

    /// <summary>Emitted lines, with those of some names spelt out; comments stay as they are.</summary>
    public static string Qualified(string text, IReadOnlyCollection<string> hidden)
    {
        if (hidden.Count == 0) return text;
        var name = new Regex($@"(?<![\w.@])({string.Join("|", hidden.Select(Regex.Escape))})\b(?!\s*=[^=>])");
        return string.Join("\n", text.Split('\n').Select(line => line.TrimStart().StartsWith("//", StringComparison.Ordinal) ? line : Line(line)));

        // what stands behind a string or a comment begins no code
        string Line(string line)
        {
            var end = line.IndexOf(" // ", StringComparison.Ordinal);
            var code = end < 0 ? line : line.Substring(0, end);
            var pieces = code.Split('"');
            for (var p = 0; p < pieces.Length; p += 2) pieces[p] = name.Replace(pieces[p], match => Full[match.Value]);
            return string.Join("\"", pieces) + (end < 0 ? "" : line.Substring(end));
        }
    }

    private static Dictionary<string, string> Names(params (string Namespace, string Types)[] all) =>
        all.SelectMany(group => group.Types.Split(' ').Select(type => (type, Full: $"global::{group.Namespace}.{type}"))).ToDictionary(x => x.type, x => x.Full);
}
