namespace TttGen.SpecFuzz.Grammar;

/// <summary>A random spec, and a model of it.</summary>
internal abstract record RandomSpec(int Seed)
{
    /// <summary>C# of a project that holds the spec and a trainable model M of it.</summary>
    public abstract string Source { get; }

    public abstract int Size { get; }

    /// <summary>Specs that are a step simpler.</summary>
    public abstract IEnumerable<RandomSpec> Lesser();

    /// <summary>An elementwise function of a part, or its norm: smooth ones, and some with kinks, but none that jumps.</summary>
    protected static string Curve(Random random, string of)
    {
        string[] all =
        [
            "Silu({0})", "Gelu({0})", "Tanh({0})", "Sigmoid({0})", "Softplus({0})", "Silu({0})", "Gelu({0})", "Tanh({0})", "Sigmoid({0})", "Softplus({0})",
            "Abs({0})", "Relu({0})", "Square(Tanh({0}))", "Log(Softplus({0}))", "Max({0}, -0.4)", "Min({0}, 0.7)", "Clamp({0}, -0.9, 1.1)", "Select({0}, {0}, 0.1 * {0})", "L2Norm({0})",
        ];
        return all[random.Next(all.Length)].Replace("{0}", of, StringComparison.Ordinal);
    }

    protected static string Parameters(IEnumerable<Declared> uses) => string.Join(", ", uses.DistinctBy(u => u.Name).OrderBy(u => u.Name, StringComparer.Ordinal).Select(u => $"{u.Declaration} {u.Name}"));
}
