namespace System.Runtime.CompilerServices;

/// <summary>The runtime knows it by its name: code of an assembly that bears it may use what is internal in another.</summary>
/// <param name="assemblyName">The other.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    /// <summary>The other.</summary>
    public string AssemblyName { get; } = assemblyName;
}
