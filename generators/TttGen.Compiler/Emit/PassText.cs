using System.Text.RegularExpressions;

namespace TttGen.Compiler.Emit;

/// <summary>One pass over the columns of a row: what comes before the loop, in it, and after it.</summary>
internal sealed class PassText(string loop)
{
    /// <summary>What is the same for every row: before the loop over rows.</summary>
    public List<string> Once { get; } = [];

    public List<string> Before { get; } = [];

    public List<string> Body { get; } = [];

    public List<string> After { get; } = [];

    /// <summary>Scalars of the row that this pass makes.</summary>
    public List<string> Scalars { get; } = [];

    public bool IsEmpty => Before.Count == 0 && Body.Count == 0 && After.Count == 0;

    public bool Reads(string name)
    {
        var word = new Regex($@"\b{name}\b");
        return Before.Concat(Body).Concat(After).Any(line => word.IsMatch(line));
    }

    public void Write(CodeWriter w)
    {
        foreach (var line in Before) w.Line(line);
        if (loop.Length > 0)
        {
            w.Open(loop);
            foreach (var line in Body) w.Line(line);
            w.Close();
        }
        foreach (var line in After) w.Line(line);
    }
}
