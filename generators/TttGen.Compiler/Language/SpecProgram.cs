namespace TttGen.Compiler.Language;

/// <summary>What a spec is: one token's memory, how a memory moves, rows to rows, or tokens to logits.</summary>
public enum SpecKind { InnerModel, InnerOptimiser, Recurrence, Layer, Model }

/// <summary>
/// A spec as its text says it, before any size is known: what the parser makes of one attributed record, what the lowered attribute carries
/// across assemblies, and what the linker expands. Types that still hold type parameters are closed by the linker.
/// </summary>
/// <param name="Kind">Inner model, inner optimiser, recurrence, layer or model.</param>
/// <param name="Name">Full name of the record without generic arguments, for example <c>TttGen.Layers.SwiGlu</c>.</param>
/// <param name="TypeParameters">Names in order: dimensions and specs alike.</param>
/// <param name="Parameters">The record's primary constructor.</param>
/// <param name="Methods">Apply, or Predict and Loss, or Step and Close, or Step and Read, and the private methods that they call.</param>
/// <param name="Config">What a checkpoint's config.json must say of a model that holds this spec, for example <c>use_gate = true</c>.</param>
public sealed record SpecProgram(
    SpecKind Kind,
    string Name,
    IReadOnlyList<string> TypeParameters,
    IReadOnlyList<SpecParameter> Parameters,
    IReadOnlyList<SpecMethod> Methods,
    IReadOnlyList<SpecConfig> Config);

/// <summary>A parameter of a spec: a tensor, a sub-spec or a setting.</summary>
/// <param name="Name">As the record says it.</param>
/// <param name="Type">Vec, Mat, Linear, Embedding, Stack, PerHead, another spec, a type parameter, or <c>double</c> (a setting).</param>
/// <param name="Key">
/// Its checkpoint key within the spec that it stands in, complete, the same text that the generated Bind has: snake case of the name or what [Key]
/// says, with <c>.weight</c> where the type adds it (Linear without [Key], Embedding), with <c>model.</c> in front in a model;
/// <c>lm_head.weight</c> for an LmHead; empty for no part of its own. A linker joins parts with '.' and adds nothing.
/// </param>
/// <param name="Slow">Learnt in training only ([Slow]); without meaning outside inner models.</param>
/// <param name="Shared">One for all heads ([Shared]).</param>
/// <param name="UnitAxis">Where the checkpoint's shape has an extra axis of size one, or −1.</param>
/// <param name="Setting">For <c>double</c>: its key in config.json; otherwise null.</param>
/// <param name="Default">For <c>double</c>: its value where config.json has none.</param>
public sealed record SpecParameter(string Name, TypeRef Type, string Key, bool Slow, bool Shared, int UnitAxis, string? Setting, double Default);

/// <summary>A named type with arguments: <c>Vec&lt;F&gt;</c>, <c>TttGen.Layers.RmsNorm&lt;App.Width&gt;</c>, a dimension, a type parameter.</summary>
public sealed record TypeRef(string Name, IReadOnlyList<TypeRef> Arguments)
{
    /// <inheritdoc/>
    public override string ToString() => Arguments.Count == 0 ? Name : $"{Name}<{string.Join(", ", Arguments)}>";
}

/// <summary>One method: straight-line statements and what it returns.</summary>
public sealed record SpecMethod(string Name, IReadOnlyList<SpecArgument> Arguments, IReadOnlyList<SpecStatement> Body, string Result);

/// <summary>An argument of a method.</summary>
public sealed record SpecArgument(string Name, TypeRef Type);

/// <summary>
/// One operation. <see cref="Op"/> is an operator (<c>Add Subtract Multiply Negate</c>), a primitive of the language by its method's name
/// (<c>LayerNorm Silu Transpose RotatePairs …</c>, receiver first among the operands), <c>Literal</c> (its value in <see cref="Literal"/>), <c>New</c> (the next parts of an optimiser or a recurrence),
/// <c>Size</c> (of the dimension in <see cref="TypeArguments"/>), <c>Call:Method</c> (a method of this spec), or <c>Apply:Method</c>
/// (a method of the sub-spec that the first operand names).
/// </summary>
/// <param name="Target">The value's name: a local's own, or <c>t0</c>, <c>t1</c> …</param>
/// <param name="Op">The operation.</param>
/// <param name="TypeArguments">Of the generic method that was called; may hold type parameters.</param>
/// <param name="Operands">Names of values, arguments or parameters.</param>
/// <param name="Type">Of the result.</param>
/// <param name="Literal">The value, where Op is <c>Literal</c>.</param>
public sealed record SpecStatement(string Target, string Op, IReadOnlyList<TypeRef> TypeArguments, IReadOnlyList<string> Operands, TypeRef Type, double Literal);

/// <summary>A key of config.json and what this spec makes it: the size of a dimension, or a constant.</summary>
/// <param name="Key">For example <c>hidden_size</c> or <c>use_gate</c>.</param>
/// <param name="Dimension">The type parameter whose size it is, or null.</param>
/// <param name="Value">The constant as JSON (<c>true</c>, <c>"linear"</c>), where there is no dimension.</param>
public sealed record SpecConfig(string Key, string? Dimension, string? Value);
