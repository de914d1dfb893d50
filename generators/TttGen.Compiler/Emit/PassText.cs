namespace TttGen.Compiler.Emit;

/// <summary>One pass over the columns of a row: what comes before the loop, in it, and after it.</summary>
/// <param name="loop">The head of the loop; empty where there is none.</param>
/// <param name="loopNames">Names that the head mentions.</param>
internal sealed class PassText(string loop, IReadOnlyList<string> loopNames)
{
    /// <summary>What is the same for every row: before the loop over rows.</summary>
    public List<Statement> Once { get; } = [];

    public List<Statement> Before { get; } = [];

    public List<Statement> Body { get; } = [];

    public List<Statement> After { get; } = [];

    /// <summary>Scalars of the row that this pass makes.</summary>
    public List<string> Scalars { get; } = [];

    public bool IsEmpty => Before.Count == 0 && Body.Count == 0 && After.Count == 0;

    /// <summary>Whether an identifier stands in the code of a row.</summary>
    public bool Mentions(string name) => (loop.Length > 0 && loopNames.Contains(name)) || Before.Concat(Body).Concat(After).Any(s => s.Mentions(name));

    public void Write(CodeWriter w)
    {
        foreach (var s in Before) w.Line(s.ToString());
        if (loop.Length > 0)
        {
            w.Open(loop);
            foreach (var s in Body) w.Line(s.ToString());
            w.Close();
        }
        foreach (var s in After) w.Line(s.ToString());
    }
}
