using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
using TttGen.CodeFixes;

namespace TttGen.Generators.Tests;

public sealed class CodeFixTests
{
    [Theory]
    [InlineData("[Dim(4)] readonly struct A : IDim;", "[Dim(4)] readonly partial struct A : IDim;")]
    [InlineData("// What A is.\nstruct Outer { [Dim(4)] public readonly partial struct A : IDim; }", "// What A is.\npartial struct Outer { [Dim(4)] public readonly partial struct A : IDim; }")]
    [InlineData("[Dim(4)]\n    struct A : IDim;", "[Dim(4)]\n    partial struct A : IDim;")]
    [InlineData("[Layer]\npublic readonly record struct A<D>(Vec<D> W) where D : IDim\n{\n    public Seq<D> Apply(Seq<D> x) => x * W;\n}",
        "[Layer]\npublic readonly partial record struct A<D>(Vec<D> W) where D : IDim\n{\n    public Seq<D> Apply(Seq<D> x) => x * W;\n}")]
    public async Task A_type_is_made_partial(string source, string expected) => Assert.Equal(expected, await Fixed(new MakePartialFix(), source));

    [Theory]
    [InlineData("[Dim(4)] readonly partial struct A;", "[Dim(4)] readonly partial struct A : IDim;")]
    [InlineData("[Dim(4)] readonly partial struct A\n{\n}", "[Dim(4)] readonly partial struct A : IDim\n{\n}")]
    [InlineData("[Dim(4)] readonly partial struct A : System.IDisposable { public void Dispose() { } }", "[Dim(4)] readonly partial struct A : System.IDisposable, IDim { public void Dispose() { } }")]
    [InlineData("[Dim(4)] readonly partial struct A : System.IDisposable\n{\n    public void Dispose() { }\n}", "[Dim(4)] readonly partial struct A : System.IDisposable, IDim\n{\n    public void Dispose() { }\n}")]
    [InlineData("[InnerModel]\npublic readonly partial record struct A<K>(Mat<K, K> W) where K : IDim\n{\n    public Vec<K> Predict(Vec<K> x) => x * W;\n    public Scalar Loss(Vec<K> key, Vec<K> value) => Sum(key);\n}",
        "[InnerModel]\npublic readonly partial record struct A<K>(Mat<K, K> W) : IInnerModel<A<K>, K> where K : IDim\n{\n    public Vec<K> Predict(Vec<K> x) => x * W;\n    public Scalar Loss(Vec<K> key, Vec<K> value) => Sum(key);\n}")]
    public async Task The_missing_interface_is_added(string source, string expected) => Assert.Equal(expected, await Fixed(new AddInterfaceFix(), source));

    /// <summary>The source after the fix of its first diagnostic; nothing is left to say of it then.</summary>
    private static async Task<string> Fixed(CodeFixProvider provider, string source)
    {
        var compilation = Compilations.Of(source);
        var diagnostic = (await Compilations.Analyze(compilation)).First(d => provider.FixableDiagnosticIds.Contains(d.Id));

        using var workspace = new AdhocWorkspace();
        var document = workspace.AddProject("App", LanguageNames.CSharp).AddDocument("Source.cs", SourceText.From(Compilations.Usings + source));
        var actions = new List<CodeAction>();
        await provider.RegisterCodeFixesAsync(new(document, diagnostic, (action, _) => actions.Add(action), CancellationToken.None));
        var operations = await Assert.Single(actions).GetOperationsAsync(CancellationToken.None);
        var solution = operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
        var text = (await solution.GetDocument(document.Id)!.GetTextAsync()).ToString()[Compilations.Usings.Length..];

        Assert.Empty(await Compilations.Analyze(Compilations.Of(text)));
        return text;
    }
}
