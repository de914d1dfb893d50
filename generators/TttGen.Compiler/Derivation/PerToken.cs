using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>
/// A fast weight as token i sees it: a sum of products over [i, weight's own axes] that is never stored.
/// Index letters: 'I' is the token, 'S' the tokens before it, and a, b, … the weight's axes.
/// </summary>
public sealed record PerToken(Axis[] Shape, IReadOnlyList<(Node Node, string Index)[]> Terms);
