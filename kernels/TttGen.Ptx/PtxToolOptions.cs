namespace TttGen.Ptx;

/// <summary>What the tool is asked for.</summary>
/// <param name="Assembly">The assembly that holds kernels.</param>
/// <param name="Output">The folder that gets a folder for each model, and nothing else.</param>
/// <param name="Project">Named by errors that have no place in the source.</param>
/// <param name="Ptxas">NVIDIA's assembler; empty to look for it, <c>none</c> to do without.</param>
/// <param name="Cache">A folder for what later runs need not make again; empty for none.</param>
/// <param name="References">Files and folders in which the assembly's references are.</param>
internal sealed record PtxToolOptions(string Assembly, string Output, string Project, string Ptxas, string Cache, IReadOnlyList<string> References)
{
    public const string Usage = "ASSEMBLY OUTPUT [--project FILE] [--ptxas FILE|none] [--cache FOLDER] [--reference FILE|FOLDER]…, or @FILE with one of these a line";

    /// <summary>The files that the assembly's references are in.</summary>
    public IEnumerable<string> ReferenceFiles => References.SelectMany(path => Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.dll") : [path]);

    /// <summary>Reads them; null where they are not as <see cref="Usage"/> says.</summary>
    public static PtxToolOptions? Parse(string[] args)
    {
        if (args is [['@', .. var file]]) args = File.Exists(file) ? [.. File.ReadAllLines(file).Where(line => line.Length > 0)] : [];
        if (args.Length < 2 || args.Length % 2 > 0) return null;
        var options = new PtxToolOptions(args[0], args[1], args[0], "", "", []);
        var references = new List<string>();
        for (var at = 2; at < args.Length; at += 2)
        {
            var value = args[at + 1];
            switch (args[at])
            {
                case "--project": options = options with { Project = value }; break;
                case "--ptxas": options = options with { Ptxas = value }; break;
                case "--cache": options = options with { Cache = value }; break;
                case "--reference": references.Add(value); break;
                default: return null;
            }
        }
        return options with { References = references };
    }
}
