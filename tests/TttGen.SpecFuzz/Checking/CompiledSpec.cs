using System.Collections.Immutable;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Emit;
using TttGen;
using TttGen.Generators;
using TttGen.Generators.Diagnostics;

namespace TttGen.SpecFuzz.Checking;

/// <summary>A case through generators, analyzer and C# compiler, as a build does it.</summary>
internal sealed class CompiledSpec
{
    private static readonly CSharpParseOptions Parse = new(LanguageVersion.Latest, DocumentationMode.Parse);

    private static readonly CSharpCompilationOptions Options = new(
        OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999, allowUnsafe: true, optimizationLevel: OptimizationLevel.Release);

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
    public AssemblyLoadContext? Context { get; private set; }
    public Assembly? Assembly { get; private set; }

    public bool GeneratorFailed => Errors.Concat(Remarks).Any(d => d.Id is "CS8785" or "CS8784" or "AD0001" or "TTT049");

    /// <summary>Errors in generated text: never the user's fault where there is no other error.</summary>
    public IEnumerable<Diagnostic> InGenerated => Errors.Where(d => d.Location.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) == true);

    public static CompiledSpec Of(SpecCase c)
    {
        var result = new CompiledSpec();
        var references = new List<MetadataReference>();
        var context = result.Context = new AssemblyLoadContext(c.Name, isCollectible: true);
        context.Resolving += (_, name) => name.Name == "TttGen" ? typeof(IDim).Assembly : context.Assemblies.FirstOrDefault(a => a.GetName().Name == name.Name);
        foreach (var (name, text) in c.Projects)
        {
            var assemblyName = $"{name}_{string.Concat(c.Name.Select(x => char.IsLetterOrDigit(x) ? x : '_'))}";
            SyntaxTree[] trees = [CSharpSyntaxTree.ParseText(text, Parse, $"{name}.cs", System.Text.Encoding.UTF8), CSharpSyntaxTree.ParseText(Implicit, Parse, "GlobalUsings.cs", System.Text.Encoding.UTF8)];
            var compilation = CSharpCompilation.Create(assemblyName, trees, [.. References, .. references], Options);
            var driver = CSharpGeneratorDriver.Create([new DimensionGenerator().AsSourceGenerator(), new SpecGenerator().AsSourceGenerator(), new ModelGenerator().AsSourceGenerator()], parseOptions: Parse);
            var watch = Stopwatch.StartNew();
            driver.RunGeneratorsAndUpdateCompilation(compilation, out var generated, out var diagnostics);
            result.GeneratorTime += watch.Elapsed;
            result.GeneratedBytes += generated.SyntaxTrees.Skip(2).Sum(t => (long)t.Length);
            var analyzed = generated.WithAnalyzers([new SpecAnalyzer()]).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult();
            var all = diagnostics.Concat(analyzed).Concat(generated.GetDiagnostics()).ToList();
            result.Errors.AddRange(all.Where(d => d.Severity == DiagnosticSeverity.Error));
            result.Remarks.AddRange(all.Where(d => d.Severity < DiagnosticSeverity.Error && (d.Id.StartsWith("TTT", StringComparison.Ordinal) || d.Id is "CS8785" or "AD0001")));
            result.GeneratedWarnings.AddRange(all.Where(d => d.Severity == DiagnosticSeverity.Warning && d.Location.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) == true));
            if (result.Errors.Count > 0) return result;
            using var image = new MemoryStream();
            var emitted = generated.Emit(image, options: new EmitOptions(debugInformationFormat: DebugInformationFormat.Embedded));
            if (!emitted.Success)
            {
                result.Errors.AddRange(emitted.Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error));
                return result;
            }
            references.Add(MetadataReference.CreateFromImage(image.ToArray()));
            image.Position = 0;
            result.Assembly = context.LoadFromStream(image);
        }
        return result;
    }
}
