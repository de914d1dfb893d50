using Microsoft.CodeAnalysis;
using TttGen.Compiler.Emit;
using TttGen.Generators.Parsing;

namespace TttGen.Generators.Emission;

/// <summary>What a generator writes of a recurrence: its step and its reading as the executable spec calls them.</summary>
internal static class RecurrenceMembers
{
    public static string Of(INamedTypeSymbol recurrence)
    {
        var self = recurrence.Qualified();
        var contract = $"global::TttGen.IRecurrence<{self}>";
        var (step, read) = (Arguments(recurrence, "Step"), Arguments(recurrence, "Read"));
        return $"""
            {GeneratedCode.Attribute}
            static int {contract}.Inputs => {step + read};

            {GeneratedCode.Attribute}
            static {self} {contract}.Start => new({string.Join(", ", recurrence.PrimaryConstructor()!.Parameters.Select(_ => "0"))});

            {GeneratedCode.Attribute}
            {self} {contract}.Step(global::System.ReadOnlySpan<double> inputs) => Step({Given(0, step)});

            {GeneratedCode.Attribute}
            global::TttGen.Scalar {contract}.Read(global::System.ReadOnlySpan<double> inputs) => Read({Given(step, read)});
            """;
    }

    private static int Arguments(INamedTypeSymbol recurrence, string method) => recurrence.GetMembers(method).OfType<IMethodSymbol>().FirstOrDefault()?.Parameters.Length ?? 0;

    private static string Given(int first, int count) => string.Join(", ", Enumerable.Range(first, count).Select(k => $"inputs[{k}]"));
}
