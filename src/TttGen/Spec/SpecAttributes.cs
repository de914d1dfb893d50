namespace TttGen;

/// <summary>
/// A record whose parameters are a memory's weights: <c>Predict</c> is what it answers and <c>Loss</c> how one token trains it. The compiler
/// derives its gradient, its dual form and its decoding form.
/// </summary>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Class)]
public sealed class InnerModelAttribute : Attribute;

/// <summary>
/// A record of what is kept beside every element of a memory's fast weights, with a method <c>Step</c>: how a token's gradient moves the memory
/// (<see cref="IInnerOptimiser{TSelf}"/>). <see cref="PerHead{THeads, TModel}"/> learns with it.
/// </summary>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Class)]
public sealed class InnerOptimiserAttribute : Attribute;

/// <summary>
/// A record of the numbers that a sequence carries for each element of a recurrence, with methods <c>Step</c> and <c>Read</c> (<see cref="IRecurrence{TSelf}"/>).
/// <see cref="Seq{TWidth}.Scan{TRecurrence, TPlaces}"/> runs it.
/// </summary>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Class)]
public sealed class RecurrenceAttribute : Attribute;

/// <summary>A record of weights and sub-layers with a method <c>Apply</c> from rows to rows; or from tokens to logits, as a part that a model is made of.</summary>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Class)]
public sealed class LayerAttribute : Attribute;

/// <summary>
/// A record with a method <c>Logits&lt;V&gt; Apply(Tokens)</c>: compiled to a whole program. One whose only parameter is a layer with such a method
/// (<see cref="Layers.CausalLm{V, D, N, B}"/>) needs none of its own: the generator writes it.
/// </summary>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Class)]
public sealed class ModelAttribute : Attribute
{
    /// <summary>Whether the model's gradient is compiled, too. It is more code than the model itself; what only answers is better without.</summary>
    public bool Trainable { get; set; }
}

/// <summary>A weight of an inner model that training learns and that stays as it is at test time. It is one per head, unless <see cref="SharedAttribute"/> says otherwise.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class SlowAttribute : Attribute;

/// <summary>A slow weight of an inner model that all heads share: its tensor has no head axis.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class SharedAttribute : Attribute;

/// <summary>Written by the generator: the spec as versioned text, for the compilations of other assemblies.</summary>
/// <param name="text">The spec program.</param>
[AttributeUsage(AttributeTargets.Struct | AttributeTargets.Class)]
public sealed class LoweredAttribute(string text) : Attribute
{
    /// <summary>The spec program.</summary>
    public string Text => text;
}
