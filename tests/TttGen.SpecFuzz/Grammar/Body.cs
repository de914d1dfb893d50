using System.Text;

namespace TttGen.SpecFuzz.Grammar;

/// <summary>A method's body: locals v0, v1, … and what it returns.</summary>
internal sealed record Body(IReadOnlyList<Expression> Locals, Expression Result)
{
    public IEnumerable<Declared> Uses => Locals.Append(Result).SelectMany(e => e.All()).SelectMany(e => e.Uses);

    public int Size => Locals.Sum(l => l.Size + 1) + Result.Size;

    public override string ToString()
    {
        var text = new StringBuilder("{ ");
        for (var i = 0; i < Locals.Count; i++) text.Append(System.Globalization.CultureInfo.InvariantCulture, $"var v{i} = {Locals[i]}; ");
        return text.Append(System.Globalization.CultureInfo.InvariantCulture, $"return {Result}; }}").ToString();
    }

    /// <summary>Bodies that are a step simpler.</summary>
    public IEnumerable<Body> Lesser(Func<string, Expression?> simplest)
    {
        for (var i = Locals.Count - 1; i >= 0; i--)
        {
            var (local, value) = (i, Locals[i]);
            if (simplest(value.Type) is { } leaf) yield return Inlined(local, leaf);
            if (Locals.Append(Result).SelectMany(e => e.All()).Count(e => e.Local == local) < 2) yield return Inlined(local, value);
        }
        foreach (var lesser in Result.Lesser(simplest)) yield return this with { Result = lesser };
        for (var i = 0; i < Locals.Count; i++)
            foreach (var lesser in Locals[i].Lesser(simplest))
                yield return this with { Locals = [.. Locals.Take(i), lesser, .. Locals.Skip(i + 1)] };

        Body Inlined(int local, Expression with) =>
            new([.. Locals.Take(local), .. Locals.Skip(local + 1).Select(l => l.Without(local, with))], Result.Without(local, with));
    }
}
