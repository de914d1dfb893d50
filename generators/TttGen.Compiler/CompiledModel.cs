namespace TttGen.Compiler;

/// <summary>What the compiler makes of a model.</summary>
/// <param name="Files">Generated C#, one file a concern.</param>
/// <param name="Findings">What the user should know: where a fast path could not be had, for example.</param>
public sealed record CompiledModel(IReadOnlyList<(string HintName, string Text)> Files, IReadOnlyList<Finding> Findings);

/// <summary>A remark of the compiler on a spec; the generator shows it on the spec's identifier.</summary>
/// <param name="Id">For example <c>TTT100</c>.</param>
/// <param name="Severity"><c>Info</c>, <c>Warning</c> or <c>Error</c>.</param>
/// <param name="Message">One line.</param>
/// <param name="Spec">Full name of the spec that it speaks of; where that one's source isn't here, it is shown on the model.</param>
public sealed record Finding(string Id, string Severity, string Message, string Spec);
