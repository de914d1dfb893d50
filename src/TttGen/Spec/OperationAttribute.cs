namespace TttGen;

/// <summary>A method that a spec may call: the compiler has an operation of its name, or of another.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OperationAttribute : Attribute
{
    /// <summary>The operation has the method's name.</summary>
    public OperationAttribute() { }

    /// <summary>The operation has another name.</summary>
    public OperationAttribute(string name) => Name = name;

    /// <summary>The operation's name, where it is not the method's.</summary>
    public string? Name { get; }
}
