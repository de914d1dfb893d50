namespace TttGen.Compiler.Emit;

/// <summary>The mark of what was generated, and by which version.</summary>
public static class GeneratedCode
{
    /// <summary>Stands on generated types, and on generated members where the type itself is the user's.</summary>
    public static readonly string Attribute = $"[global::System.CodeDom.Compiler.GeneratedCode(\"TttGen\", \"{typeof(GeneratedCode).Assembly.GetName().Version.ToString(3)}\")]";
}
