using System.Text;
using System.Text.RegularExpressions;

namespace TttGen.SpecFuzz.Checking;

/// <summary>
/// One case: a user's source, and what should come of it. Files in cases/ hold several; a line "//# name" begins one. Then:
/// "//expect ok" (compiles, no error, numbers right), "//expect TTT021" (these ids and no others), "//expect CS" (an error of the C# compiler in the user's own text),
/// "//expect any" (said in the report, never wrong); "//form dual" or "//form primal"; "//raw": no usings are added; "//tokens 60"; "//assembly Name": what follows is a project of its own;
/// "//tolerance 1e-4" on logits; "//nograd": gradients aren't compared; "//time": generator time is the figure; "//bar-gradient 1e-2"; "//optimiser Full.Name": what moves the case's memories.
/// "//lm Name Memory&lt;$F, …&gt; F=20 H=3 K=3 V=31 N=22 L=2" declares dims and a model of that memory in the Transformer backbone.
/// </summary>
internal sealed record SpecCase(string Name, IReadOnlyList<(string Assembly, string Text)> Projects, IReadOnlyDictionary<string, string> Words)
{
    public string Expect => Words.GetValueOrDefault("expect", "ok");

    /// <summary>One of thousands: some of what is compared of a case by hand is left to chance.</summary>
    public bool IsRandom => Words.ContainsKey("random");

    private const string Usings = "using TttGen;\nusing TttGen.Layers;\nusing TttGen.InnerModels;\nusing TttGen.InnerOptimisers;\nusing TttGen.Recurrences;\nusing static TttGen.Ops;\n";

    /// <summary>A project of one file.</summary>
    public static SpecCase Of(string name, string text)
    {
        var words = new Dictionary<string, string> { ["random"] = "" };
        // an optimiser of its own moves its memories
        if (Regex.Match(text, @"record struct (\w+)\([^)]*\) : IInnerOptimiser<") is { Success: true } optimiser) words["optimiser"] = optimiser.Groups[1].Value;
        return new(name, [("App", Usings + text)], words);
    }

    public static IEnumerable<SpecCase> Read(string path)
    {
        var blocks = Regex.Split(File.ReadAllText(path), @"^//# ", RegexOptions.Multiline).Skip(1);
        foreach (var block in blocks)
        {
            var name = block.Split('\n')[0].Trim();
            var words = new Dictionary<string, string>();
            var projects = new List<(string, StringBuilder)> { ("App", new StringBuilder()) };
            foreach (var line in block.Split('\n').Skip(1))
            {
                var word = Regex.Match(line, @"^//(expect|form|raw|tokens|tolerance|nograd|time|bar-gradient|note|seed|scale|nowalk|noscan|kink|compiledonly|compile|optimiser)\b ?(.*)$");
                var assembly = Regex.Match(line, @"^//assembly (\w+)");
                var lm = Regex.Match(line, @"^//lm (\w+) (.+?)((?: [A-Z]=\d+)*)$");
                if (word.Success) words[word.Groups[1].Value] = word.Groups[2].Value.Trim();
                else if (assembly.Success) projects.Add((assembly.Groups[1].Value, new StringBuilder()));
                else if (lm.Success) projects[^1].Item2.AppendLine(Model(lm.Groups[1].Value, lm.Groups[2].Value, lm.Groups[3].Value));
                else projects[^1].Item2.AppendLine(line);
            }
            var usings = words.ContainsKey("raw") ? "" : Usings;
            yield return new(Path.GetFileNameWithoutExtension(path) + "/" + name,
                [.. projects.Where(p => p.Item2.ToString().Trim().Length > 0).Select(p => (p.Item1, usings + p.Item2))], words);
        }
    }

    private static string Model(string name, string memory, string sizes)
    {
        var size = new Dictionary<char, int> { ['F'] = 8, ['H'] = 2, ['K'] = 5, ['V'] = 31, ['N'] = 22, ['L'] = 2 };
        foreach (Match m in Regex.Matches(sizes, @"([A-Z])=(\d+)")) size[m.Groups[1].Value[0]] = int.Parse(m.Groups[2].Value);
        size['D'] = size['F'] * size['H'];
        var text = new StringBuilder();
        foreach (var (letter, n) in size) text.AppendLine($"[Dim({n})] public readonly partial struct {name}{letter} : IDim;");
        foreach (var letter in size.Keys) memory = memory.Replace("$" + letter, name + letter);
        text.Append($$"""
            [Model(Trainable = true)]
            public sealed partial record class {{name}}(Embedding<{{name}}V, {{name}}D> EmbedTokens,
                Stack<{{name}}L, TransformerBlock<{{name}}D, {{name}}H, {{name}}F, {{name}}K, {{name}}N, {{memory}}>, {{name}}D> Layers, RmsNorm<{{name}}D> Norm)
            {
                public Logits<{{name}}V> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
            }
            """);
        return text.ToString();
    }
}
