using Microsoft.CodeAnalysis;
using TttGen.Compiler.Language;
using TttGen.Generators.Emission;
using TttGen.Generators.Parsing;

namespace TttGen.Generators;

/// <summary>[InnerModel], [InnerOptimiser], [Recurrence], [Layer], [Model] → their members, and the spec as text for the compilations of other assemblies.</summary>
[Generator]
public sealed class SpecGenerator : IIncrementalGenerator
{
    /// <summary>The tracked step.</summary>
    public const string Specs = nameof(Specs);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        Register(context, Names.InnerModelAttribute, SpecKind.InnerModel);
        Register(context, Names.InnerOptimiserAttribute, SpecKind.InnerOptimiser);
        Register(context, Names.RecurrenceAttribute, SpecKind.Recurrence);
        Register(context, Names.LayerAttribute, SpecKind.Layer);
        Register(context, Names.ModelAttribute, SpecKind.Model);
    }

    private static void Register(IncrementalGeneratorInitializationContext context, string attribute, SpecKind kind)
    {
        var specs = context.TypesWith(attribute, (compilation, type, cancellation) => SpecSource.Of(compilation, type, kind, cancellation)).WithTrackingName(Specs);
        context.RegisterSourceOutput(specs, static (output, spec) =>
        {
            output.AddSource(spec.BindHintName, spec.BindText());
            if (spec.Text is not null || spec.Unbound is not null) output.AddSource(spec.LoweredHintName, spec.LoweredText());
        });
    }
}
