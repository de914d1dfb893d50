using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>
/// A fast weight as token i sees it: a sum of products over [i, weight's own axes] that is never stored.
/// Index letters: 'I' is the token, 'S' the tokens before it, and a, b, … the weight's axes.
/// </summary>
/// <param name="Weight">The weight's name, for messages.</param>
/// <param name="Shape">The weight's own axes.</param>
/// <param name="Terms">The products; a factor without 'I' is the same for all tokens.</param>
public sealed record PerToken(string Weight, Axis[] Shape, IReadOnlyList<IReadOnlyList<(Node Node, string Index)>> Terms);
