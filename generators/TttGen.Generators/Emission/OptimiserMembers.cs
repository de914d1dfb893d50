using Microsoft.CodeAnalysis;
using TttGen.Compiler.Emit;
using TttGen.Generators.Parsing;

namespace TttGen.Generators.Emission;

/// <summary>What a generator writes of an inner optimiser: its step as the executable spec calls it.</summary>
internal static class OptimiserMembers
{
    public static string Of(INamedTypeSymbol optimiser)
    {
        var self = optimiser.Qualified();
        var contract = $"global::TttGen.IInnerOptimiser<{self}>";
        string[] parts = [.. optimiser.PrimaryConstructor()!.Parameters.Select(p => Escaped(p.Name))];
        var inputs = optimiser.GetMembers("Step").OfType<IMethodSymbol>().FirstOrDefault() is { Parameters.Length: > 0 } step ? step.Parameters.Length - 1 : 0;
        var given = string.Concat(Enumerable.Range(0, inputs).Select(k => $", inputs[{k}]"));
        var closes = optimiser.GetMembers("Close").OfType<IMethodSymbol>().Any(m => m.Parameters.Length == 0);
        return $"""
            {GeneratedCode.Attribute}
            static int {contract}.Inputs => {inputs};

            {GeneratedCode.Attribute}
            static {self} {contract}.Start(global::TttGen.Scalar weight) => new({string.Join(", ", parts.Select((_, k) => k == 0 ? "weight" : "0"))});

            {GeneratedCode.Attribute}
            global::TttGen.Scalar {contract}.Weight => {parts.FirstOrDefault() ?? "0"};

            {GeneratedCode.Attribute}
            {self} {contract}.Step(global::TttGen.Scalar gradient, global::System.ReadOnlySpan<double> inputs) => Step(gradient{given});

            {GeneratedCode.Attribute}
            {self} {contract}.Close() => {(closes ? "Close()" : "this")};
            """;
    }

    private static string Escaped(string name) => "@" + name;
}
