namespace TttGen.SpecFuzz.Grammar;

/// <summary>A parameter of a random spec's record.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Declaration">Type and attributes, as they stand before the name.</param>
internal sealed record Declared(string Name, string Declaration);

/// <summary>An expression of a random spec: C# text with holes for its parts.</summary>
/// <param name="Type">The type of its value, by which another may take its place.</param>
/// <param name="Format">Its text; <c>{0}</c> is the first part.</param>
/// <param name="Parts">What it is made of.</param>
/// <param name="Uses">The record's parameters that it reads.</param>
/// <param name="Local">The local that it reads, or −1.</param>
internal sealed record Expression(string Type, string Format, IReadOnlyList<Expression> Parts, IReadOnlyList<Declared> Uses, int Local = -1)
{
    public static Expression Leaf(string type, string text) => new(type, text, [], []);

    public static Expression Of(string type, string format, params Expression[] parts) => new(type, format, parts, []);

    public static Expression Read(string type, int local) => new(type, $"v{local}", [], [], local);

    public Expression Using(params Declared[] declared) => this with { Uses = [.. Uses, .. declared] };

    public override string ToString() => Parts.Count == 0 ? Format : string.Format(System.Globalization.CultureInfo.InvariantCulture, Format, [.. Parts]);

    public IEnumerable<Expression> All() => Parts.SelectMany(p => p.All()).Prepend(this);

    public int Size => All().Count();

    /// <summary>The same with every lesser expression in some place of it: a part in place of the whole, or the simplest of its type.</summary>
    public IEnumerable<Expression> Lesser(Func<string, Expression?> simplest)
    {
        foreach (var inside in Parts.SelectMany(p => p.All()).Where(e => e.Type == Type)) yield return inside;
        if (simplest(Type) is { } leaf && leaf.ToString() != ToString()) yield return leaf;
        for (var i = 0; i < Parts.Count; i++)
            foreach (var lesser in Parts[i].Lesser(simplest))
                yield return this with { Parts = [.. Parts.Take(i), lesser, .. Parts.Skip(i + 1)] };
    }

    /// <summary>The same with a local written out, and those after it counted anew.</summary>
    public Expression Without(int local, Expression value) => Local == local ? value
        : Local > local ? Read(Type, Local - 1)
        : this with { Parts = [.. Parts.Select(p => p.Without(local, value))] };
}
