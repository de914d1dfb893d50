namespace TttGen.SpecFuzz.Grammar;

/// <summary>A random spec, and a model of it.</summary>
internal abstract record RandomSpec(int Seed)
{
    /// <summary>C# of a project that holds the spec and a trainable model M of it.</summary>
    public abstract string Source { get; }

    public abstract int Size { get; }

    /// <summary>Specs that are a step simpler.</summary>
    public abstract IEnumerable<RandomSpec> Lesser();

    protected static string Parameters(IEnumerable<Declared> uses) => string.Join(", ", uses.DistinctBy(u => u.Name).OrderBy(u => u.Name, StringComparer.Ordinal).Select(u => $"{u.Declaration} {u.Name}"));
}
