namespace TttGen.Compiler;

/// <summary>A spec that can't be compiled: becomes a diagnostic on the model.</summary>
public sealed class CompileException(string id, string message) : Exception(message)
{
    /// <summary>The diagnostic's id.</summary>
    public string Id { get; } = id;
}
