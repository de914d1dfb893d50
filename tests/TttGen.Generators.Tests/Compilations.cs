using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using TttGen.Generators.Diagnostics;

namespace TttGen.Generators.Tests;

/// <summary>Users' projects, as the C# compiler sees them: source, the running framework, the TttGen library as built.</summary>
internal static class Compilations
{
    /// <summary>What every source of these tests begins with.</summary>
    public const string Usings = """
        #nullable enable
        using TttGen;
        using static TttGen.Ops;

        """;

    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest);

    private static readonly CSharpParseOptions Documenting = Parse.WithDocumentationMode(DocumentationMode.Diagnose);

    private static readonly CSharpCompilationOptions Options = new(
        OutputKind.DynamicallyLinkedLibrary,
        nullableContextOptions: NullableContextOptions.Enable,
        generalDiagnosticOption: ReportDiagnostic.Error,
        warningLevel: 9999,
        allowUnsafe: true);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == Path.GetDirectoryName(typeof(object).Assembly.Location))
            .Append(typeof(IDim).Assembly.Location)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>What a project references whose models' kernels are compiled.</summary>
    public static IEnumerable<MetadataReference> ForKernels { get; } =
        [MetadataReference.CreateFromFile(typeof(global::ILGPU.Context).Assembly.Location), MetadataReference.CreateFromFile(typeof(TttGen.Kernels.KernelAttribute).Assembly.Location)];

    public static CSharpCompilation Of(string source, params IEnumerable<MetadataReference> references) => Of("App", source, references);

    public static CSharpCompilation Of(string assembly, string source, IEnumerable<MetadataReference> references) =>
        CSharpCompilation.Create(assembly, [Tree(source, "Source.cs")], [.. References, .. references], Options);

    /// <summary>A project that must document what is public, generated or not.</summary>
    public static CSharpCompilation Documented(string source)
    {
        var compilation = Of(source);
        return compilation.ReplaceSyntaxTree(compilation.SyntaxTrees[0], compilation.SyntaxTrees[0].WithRootAndOptions(compilation.SyntaxTrees[0].GetRoot(), Documenting));
    }

    public static SyntaxTree Tree(string source, string path) => CSharpSyntaxTree.ParseText(Usings + source, Parse, path);

    /// <summary>The project with one more file, which has usings of its own.</summary>
    public static CSharpCompilation With(CSharpCompilation compilation, string source, string path) => compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(source, Parse, path));

    /// <summary>All generators, with steps tracked.</summary>
    public static GeneratorDriver Driver(params IIncrementalGenerator[] generators) => CSharpGeneratorDriver.Create(
        generators.Length > 0 ? generators.Select(g => g.AsSourceGenerator()) : [new DimensionGenerator().AsSourceGenerator(), new SpecGenerator().AsSourceGenerator(), new ModelGenerator().AsSourceGenerator()],
        parseOptions: Parse,
        driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>All generators, in a project that has TttGenCuda and TttGenKernels.</summary>
    public static GeneratorDriver DriverForKernels() => DriverWith("TttGenCuda", "TttGenKernels");

    /// <summary>All generators, in a project where these properties of MSBuild are true.</summary>
    public static GeneratorDriver DriverWith(params string[] properties) => Driver().WithUpdatedAnalyzerConfigOptions(new Properties(properties));

    public static GeneratorDriver Run(string source) => Run(Of(source));

    public static GeneratorDriver Run(Compilation compilation) => Driver().RunGenerators(compilation);

    /// <summary>The compilation with what the generators add; every warning an error, and none there.</summary>
    public static Compilation Generated(Compilation compilation, GeneratorDriver? driver = null)
    {
        (driver ?? Driver()).WithUpdatedParseOptions(compilation.SyntaxTrees.First().Options).RunGeneratorsAndUpdateCompilation(compilation, out var generated, out var diagnostics);
        Assert.Empty(diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error));
        return generated;
    }

    /// <summary>Errors and warnings of the C# compiler, generators having run.</summary>
    public static IEnumerable<Diagnostic> Complaints(Compilation compilation, GeneratorDriver? driver = null) =>
        Generated(compilation, driver).GetDiagnostics().Where(d => d.Severity >= DiagnosticSeverity.Warning);

    /// <summary>The assembly that a project compiles to, as another one references it.</summary>
    public static MetadataReference Library(string assembly, string source) => Image(Generated(Of(assembly, source, [])));

    /// <summary>The same for a project that runs no generators.</summary>
    public static MetadataReference Plain(string assembly, string source) => Image(Of(assembly, source, []));

    private static PortableExecutableReference Image(Compilation compilation)
    {
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        return MetadataReference.CreateFromImage(image.ToArray());
    }

    /// <summary>What the analyzer says of a project, generators having run.</summary>
    public static async Task<IReadOnlyList<Diagnostic>> Analyze(Compilation compilation)
    {
        Driver().RunGeneratorsAndUpdateCompilation(compilation, out var generated, out _);
        var analyzed = await generated.WithAnalyzers([new SpecAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        return [.. analyzed.OrderBy(d => d.Location.SourceSpan.Start)];
    }

    /// <summary>MSBuild's properties that are "true".</summary>
    private sealed class Properties(params string[] names) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions { get; } = new Values(names);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

        private sealed class Values(string[] names) : AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
            {
                value = names.Any(name => key == "build_property." + name) ? "true" : null;
                return value is not null;
            }
        }
    }
}
