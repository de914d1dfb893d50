using System.Collections.Immutable;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using TttGen;
using TttGen.Generators;
using TttGen.Generators.Diagnostics;

namespace TttGen.SpecFuzz.Checking;

/// <summary>A case through generators, analyzer and C# compiler, as a build does it.</summary>
internal sealed class CompiledSpec
{
    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest, DocumentationMode.None);

    private static readonly CSharpCompilationOptions Options = new(
        OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999, allowUnsafe: true, optimizationLevel: OptimizationLevel.Release, concurrentBuild: false);

    private const string Implicit = "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetDirectoryName(path) == Path.GetDirectoryName(typeof(object).Assembly.Location))
            .Append(typeof(IDim).Assembly.Location).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public List<Diagnostic> Errors { get; } = [];
    public List<Diagnostic> Remarks { get; } = [];
    public List<Diagnostic> GeneratedWarnings { get; } = [];
    public TimeSpan GeneratorTime { get; private set; }
    public long GeneratedBytes { get; private set; }
    public AssemblyLoadContext Context { get; }
    public Assembly? Assembly { get; private set; }

    private CompiledSpec(string name)
    {
        Context = new AssemblyLoadContext(name, isCollectible: true);
        Context.Resolving += (_, wanted) => wanted.Name == "TttGen" ? typeof(IDim).Assembly : Context.Assemblies.FirstOrDefault(a => a.GetName().Name == wanted.Name);
    }

    public bool GeneratorFailed => Errors.Concat(Remarks).Any(d => d.Id is "CS8785" or "CS8784" or "AD0001" or "TTT049");

    /// <summary>Errors in generated text: never the user's fault where there is no other error.</summary>
    public IEnumerable<Diagnostic> InGenerated => Errors.Where(d => d.Location.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) == true);

    /// <summary>All that is generated for a case of one project, kernels for a GPU included.</summary>
    public static IReadOnlyList<string> TextsOf(SpecCase c)
    {
        var compilation = CSharpCompilation.Create("Texts", [.. Sources(c.Projects[0].Assembly, c.Projects[0].Text)], References, Options);
        return [.. new AnalyzerConfigOptionsProvider[] { new BuildOptions(false), new BuildOptions(true) }.SelectMany(options =>
        {
            Driver(options).RunGeneratorsAndUpdateCompilation(compilation, out var generated, out _);
            return generated.SyntaxTrees.Skip(2).Select(tree => tree.ToString());
        })];
    }

    /// <summary>What the generators have against a case of one project: errors, and how long they took where that is more than a second.</summary>
    public static IReadOnlyList<string> Refusals(SpecCase c)
    {
        var compilation = CSharpCompilation.Create("Refusals", Sources(c.Projects[0].Assembly, c.Projects[0].Text), References, Options);
        var watch = Stopwatch.StartNew();
        var diagnostics = Driver().RunGenerators(compilation).GetRunResult().Diagnostics;
        var took = watch.Elapsed;
        return [.. diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => $"{d.Id} {d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}"),
            .. took.TotalSeconds > 1 ? new[] { $"took {took.TotalSeconds:0.0} s" } : []];
    }

    /// <summary>How long the generators take for a case of one project, as in a build: the compilation is a new one; and what they make.</summary>
    public static (TimeSpan Took, IReadOnlyList<string> Texts) Timed(SpecCase c)
    {
        var compilation = CSharpCompilation.Create("Timed", Sources(c.Projects[0].Assembly, c.Projects[0].Text), References, Options);
        var watch = Stopwatch.StartNew();
        var result = Driver().RunGenerators(compilation).GetRunResult();
        var took = watch.Elapsed;
        if (result.Diagnostics.FirstOrDefault(d => d.Severity == DiagnosticSeverity.Error) is { } error) throw new InvalidOperationException($"{c.Name}: {error}");
        return (took, [.. result.GeneratedTrees.Select(tree => tree.ToString())]);
    }

    private static SyntaxTree[] Sources(string name, string text) =>
        [CSharpSyntaxTree.ParseText(text, Parse, $"{name}.cs", System.Text.Encoding.UTF8), CSharpSyntaxTree.ParseText(Implicit, Parse, "GlobalUsings.cs", System.Text.Encoding.UTF8)];

    private static CSharpGeneratorDriver Driver(AnalyzerConfigOptionsProvider? options = null) => CSharpGeneratorDriver.Create(
        [new DimensionGenerator().AsSourceGenerator(), new SpecGenerator().AsSourceGenerator(), new ModelGenerator().AsSourceGenerator()], parseOptions: Parse, optionsProvider: options);

    /// <summary>What the analyzer says of the user's text, which is the first tree: generated text is bound for the emitted image alone.</summary>
    private static ImmutableArray<Diagnostic> Analyzed(Compilation compilation) =>
        compilation.WithAnalyzers([new SpecAnalyzer()]).GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(compilation.SyntaxTrees.First()), null, default).GetAwaiter().GetResult();

    /// <summary>A case, project by project.</summary>
    public static CompiledSpec Of(SpecCase c)
    {
        var result = new CompiledSpec(c.Name);
        var references = new List<MetadataReference>();
        foreach (var (name, text) in c.Projects)
        {
            var assemblyName = $"{name}_{string.Concat(c.Name.Select(x => char.IsLetterOrDigit(x) ? x : '_'))}";
            if (result.Add(assemblyName, Sources(name, text), references) is not { } image) return result;
            references.Add(MetadataReference.CreateFromImage(image));
        }
        return result;
    }

    /// <summary>Compiles and loads a project; null where an error says no.</summary>
    private byte[]? Add(string name, SyntaxTree[] sources, IReadOnlyList<MetadataReference> others)
    {
        var compilation = CSharpCompilation.Create(name, sources, [.. References, .. others], Options);
        var watch = Stopwatch.StartNew();
        var (generated, diagnostics) = Phases.Of("generators", () =>
        {
            Driver().RunGeneratorsAndUpdateCompilation(compilation, out var with, out var said);
            return (with, said);
        });
        GeneratorTime += watch.Elapsed;
        GeneratedBytes += generated.SyntaxTrees.Skip(sources.Length).Sum(t => (long)t.Length);
        var analyzed = Phases.Of("analyzer", () => Analyzed(generated, sources));
        using var image = new MemoryStream();
        var emitted = Phases.Of("C# compiler", () => generated.Emit(image));
        // what is emitted says all that there is to say, unless an error kept it from being bound
        var all = diagnostics.Concat(analyzed).Concat(emitted.Success ? emitted.Diagnostics : generated.GetDiagnostics()).ToList();
        Errors.AddRange(all.Where(d => d.Severity == DiagnosticSeverity.Error));
        Remarks.AddRange(all.Where(d => d.Severity < DiagnosticSeverity.Error && (d.Id.StartsWith("TTT", StringComparison.Ordinal) || d.Id is "CS8785" or "AD0001")));
        GeneratedWarnings.AddRange(all.Where(d => d.Severity == DiagnosticSeverity.Warning && d.Location.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) == true));
        if (Errors.Count > 0) return null;
        image.Position = 0;
        Assembly = Context.LoadFromStream(image);
        return image.ToArray();
    }

    /// <summary>What the analyzer says of the user's texts: generated ones are bound for the image alone.</summary>
    private static IEnumerable<Diagnostic> Analyzed(Compilation compilation, SyntaxTree[] sources)
    {
        var analysis = compilation.WithAnalyzers([new SpecAnalyzer()], new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), null, concurrentAnalysis: false, logAnalyzerExecutionTime: false));
        return [.. sources.SelectMany(tree => analysis.GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(tree), null, default).GetAwaiter().GetResult())];
    }
}

/// <summary>A build's options: whether kernels for a GPU are made.</summary>
internal sealed class BuildOptions(bool kernels) : AnalyzerConfigOptionsProvider
{
    public override AnalyzerConfigOptions GlobalOptions { get; } = new Options(kernels);

    public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

    public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

    private sealed class Options(bool kernels) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => (value = key == "build_property.TttGenKernels" && kernels ? "true" : null) is not null;
    }
}
