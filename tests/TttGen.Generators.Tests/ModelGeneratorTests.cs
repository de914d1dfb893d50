using Microsoft.CodeAnalysis;
using TttGen.Compiler;

namespace TttGen.Generators.Tests;

/// <summary>What the generator does with what the compiler answers, whatever compiler it is.</summary>
public sealed class ModelGeneratorTests
{
    private static readonly string Source = Samples.Library + "\n" + Samples.Model;

    [Fact]
    public void Files_are_added_under_the_models_full_name()
    {
        var result = Run(_ => new([("Tiny.Prefill.g.cs", "// prefill"), ("Tiny.Decode.g.cs", "// decode")], []));
        Assert.Equal(["App.Tiny.Decode.g.cs", "App.Tiny.Prefill.g.cs"], result.Results[0].GeneratedSources.Select(s => s.HintName).Order());
        Assert.Empty(result.Diagnostics);
    }

    [Fact]
    public void Models_of_one_name_in_different_places_have_files_of_their_own()
    {
        var tiny = Samples.Model[Samples.Model.IndexOf("[Model]", StringComparison.Ordinal)..^1];
        var source = Source + "\nnamespace App { public static partial class First { " + tiny + " } public partial class Second<T> { public static partial class Third { } } }";
        var result = Run(m => new([(m.Name + ".g.cs", "// " + m.Namespace)], []), source);
        Assert.Equal(["App.First.Tiny.g.cs", "App.Tiny.g.cs"], result.Results[0].GeneratedSources.Select(s => s.HintName).Order());
    }

    [Theory]
    [InlineData("App.Tiny", "Tiny")]
    [InlineData("Package.Narrow", "Narrow")]
    [InlineData("Elsewhere.Spec", "Tiny")]
    public void A_finding_stands_on_its_specs_identifier_or_else_on_the_models(string spec, string identifier)
    {
        var diagnostic = Assert.Single(Run(_ => new([], [new("TTT100", "Info", "formed per token", spec)])).Diagnostics);
        Assert.Equal(("TTT100", DiagnosticSeverity.Info, "formed per token"), (diagnostic.Id, diagnostic.Severity, diagnostic.GetMessage()));
        Assert.Equal("Source.cs", diagnostic.Location.GetLineSpan().Path);
        Assert.Equal(identifier, (Compilations.Usings + Source).Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length));
    }

    [Fact]
    public void A_model_that_can_not_be_compiled_is_an_error_on_it()
    {
        var diagnostic = Assert.Single(Run(_ => throw new CompileException("TTT105", "heads × features is not the width")).Diagnostics);
        Assert.Equal(("TTT105", DiagnosticSeverity.Error, "heads × features is not the width"), (diagnostic.Id, diagnostic.Severity, diagnostic.GetMessage()));
        Assert.Equal("Tiny", (Compilations.Usings + Source).Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length));
    }

    [Fact]
    public void A_defect_of_the_compiler_is_one_error_and_not_a_crashed_generator()
    {
        var result = Run(_ => throw new InvalidOperationException("sequence contains\nno elements"));
        var diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal(("TTT049", DiagnosticSeverity.Error), (diagnostic.Id, diagnostic.Severity));
        Assert.StartsWith("TttGen failed on 'Tiny', which is a defect of TttGen: InvalidOperationException: sequence contains (at ", diagnostic.GetMessage());
        Assert.Null(result.Results[0].Exception);
    }

    private static GeneratorDriverRunResult Run(Func<ModelSource, CompiledModel> compile, string? source = null) =>
        Compilations.Driver(new ModelGenerator(compile)).RunGenerators(Compilations.Of(source ?? Source)).GetRunResult();
}
