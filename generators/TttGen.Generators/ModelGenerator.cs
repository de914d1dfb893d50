using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using TttGen.Compiler;
using TttGen.Generators.Diagnostics;
using TttGen.Generators.Emission;
using TttGen.Generators.Parsing;

namespace TttGen.Generators;

/// <summary>[Model] → its compiled code. Code and remarks are two pipelines: moving a line generates nothing anew.</summary>
[Generator]
public sealed class ModelGenerator : IIncrementalGenerator
{
    /// <summary>The tracked step from symbols to text.</summary>
    public const string Models = nameof(Models);

    /// <summary>The tracked step that compiles.</summary>
    public const string Compiled = nameof(Compiled);

    /// <summary>The tracked step that keeps where specs stand.</summary>
    public const string Locations = nameof(Locations);

    private readonly Func<ModelSource, CompiledModel> _compile;

    /// <summary>The generator as the C# compiler makes it.</summary>
    public ModelGenerator() : this(ModelCompiler.Compile) { }

    /// <summary>A generator around another compiler: how tests see what the pipeline does with results and failures.</summary>
    internal ModelGenerator(Func<ModelSource, CompiledModel> compile) => _compile = compile;

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var compiled = context
            .TypesWith(Names.ModelAttribute, static (compilation, type, cancellation) => new ModelParser(compilation, type, new Rejections(), cancellation).Parse())
            .Combine(context.AnalyzerConfigOptionsProvider.Select(static (options, _) => BuildProperties.Of(options.GlobalOptions)))
            .Select(static (found, _) => found.Left with { EmitsCuda = found.Right.Cuda, EmitsKernels = found.Right.Kernels, WritesArtefacts = found.Right.Dump })
            .WithTrackingName(Models)
            .Select((source, _) => ModelOutput.Of(source, _compile))
            .WithTrackingName(Compiled);
        context.RegisterSourceOutput(compiled, static (output, model) =>
        {
            foreach (var file in model.Files) output.AddSource(file.HintName, file.Text);
        });

        var locations = LocationsOf(context, Names.InnerModelAttribute)
            .Combine(LocationsOf(context, Names.LayerAttribute))
            .Combine(LocationsOf(context, Names.ModelAttribute))
            .Select(static (found, _) => found.Left.Left.Concat(found.Left.Right).Concat(found.Right).ToValueList())
            .WithTrackingName(Locations);
        var remarks = compiled.Where(static model => model.Findings.Count > 0).Combine(locations);
        context.RegisterSourceOutput(remarks, static (output, remark) => Report(output, remark.Left, remark.Right));
    }

    private static IncrementalValueProvider<ImmutableArray<SpecLocation>> LocationsOf(IncrementalGeneratorInitializationContext context, string attribute) =>
        context.TypesWith(attribute, static (_, type, _) => SpecLocation.Of(type)).Collect();

    private static void Report(SourceProductionContext output, ModelOutput model, ValueList<SpecLocation> locations)
    {
        foreach (var finding in model.Findings)
        {
            var place = locations.FirstOrDefault(l => l.Spec == finding.Spec) ?? locations.FirstOrDefault(l => l.Spec == model.Model);
            output.ReportDiagnostic(Diagnostic.Create(FindingDescriptors.Of(finding), place?.ToLocation(), finding.Message));
        }
    }
}
