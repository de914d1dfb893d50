namespace TttGen.Compiler;

/// <summary>A spec that can't be compiled: becomes a diagnostic on it, or on the model where its source isn't here.</summary>
public sealed class CompileException(string id, string message, string? spec = null) : Exception(message)
{
    /// <summary>Full name of the spec that the message speaks of; null: the model.</summary>
    public string? Spec { get; } = spec;

    /// <summary>The diagnostic's id.</summary>
    public string Id { get; } = id;
}
