using static TttGen.Generators.Parsing.Names;

namespace TttGen.Generators.Parsing;

/// <summary>The built-in types, and the operations that each of them offers to a spec: name of the method → name of the operation.</summary>
internal static class Primitives
{
    /// <summary>What a method may take and give back.</summary>
    public static readonly HashSet<string> Values = [Scalar, Vec, Mat, Seq, HeadSeq, Tokens, Logits, Number, Whole];

    private static readonly Dictionary<string, Dictionary<string, string>> Methods = new()
    {
        [Scalar] = [],
        [Vec] = Named("LayerNorm", "RmsNorm", "Dot"),
        [Mat] = Named("Transpose"),
        [Seq] = Named("LayerNorm", "RmsNorm", "CausalConvolution", "Shift", "Heads"),
        [HeadSeq] = Named("Join", "RotatePairs"),
        [Tokens] = [],
        [Logits] = [],
        [Linear] = [],
        [Embedding] = Named("Lookup", "Logits"),
        [LmHead] = Named("Logits"),
        [PerHead] = Named("Learn"),
        [Stack] = new() { ["Apply"] = "Stack" },
        [Ops] = Named("Silu", "Gelu", "Tanh", "Sigmoid", "Softplus", "Exp", "Relu", "SquaredNorm", "Sum", "Transpose", "Harmonic"),
    };

    /// <summary>Whether the name is one of the language's own types.</summary>
    public static bool IsBuiltIn(string type) => type is Number or Whole || Methods.ContainsKey(type);

    /// <summary>The operation that a method of a built-in type is; null where a spec may not call it.</summary>
    public static string? Operation(string type, string method) =>
        Methods.TryGetValue(type, out var methods) && methods.TryGetValue(method, out var operation) ? operation : null;

    /// <summary>The methods that a spec may call on a type.</summary>
    public static IEnumerable<string> Of(string type) => Methods.TryGetValue(type, out var methods) ? methods.Keys : [];

    private static Dictionary<string, string> Named(params string[] methods) => methods.ToDictionary(m => m);
}
