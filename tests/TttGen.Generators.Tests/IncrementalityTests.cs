using System.Collections;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TttGen.Compiler;

namespace TttGen.Generators.Tests;

/// <summary>What an edit costs: nothing that it does not change is made anew.</summary>
public sealed class IncrementalityTests
{
    private static readonly string Source = Samples.Library + "\n" + Samples.Model;

    [Fact]
    public void An_unrelated_edit_leaves_every_step_as_it_was()
    {
        var before = Compilations.Of(Source).AddSyntaxTrees(Compilations.Tree("class Unrelated { int A => 1; }", "Unrelated.cs"));
        var after = before.ReplaceSyntaxTree(before.SyntaxTrees[1], Compilations.Tree("class Unrelated { string B() => \"other\"; } [System.Obsolete] class More;", "Unrelated.cs"));
        var result = Rerun(before, after);
        Assert.All(TrackedSteps(result), AssertUnchanged);
        Assert.All(OutputSteps(result), AssertUnchanged);
    }

    [Fact]
    public void Moving_a_line_generates_nothing_anew()
    {
        var result = Rerun(Compilations.Of(Source), Compilations.Of("\n// a comment\n\n" + Source), new(_ => new([("Tiny.g.cs", "// code")], [])));
        Assert.All(TrackedSteps(result), AssertUnchanged);
        Assert.All(OutputSteps(result), AssertUnchanged);
    }

    [Fact]
    public void A_finding_moves_with_its_line_and_its_code_stays()
    {
        var driver = Compilations.Driver(Remarking()).RunGenerators(Compilations.Of(Source));
        var first = Assert.Single(driver.GetRunResult().Diagnostics);
        driver = driver.RunGenerators(Compilations.Of("\n" + Source));
        var second = Assert.Single(driver.GetRunResult().Diagnostics);
        Assert.Equal(first.Location.GetLineSpan().StartLinePosition.Line + 1, second.Location.GetLineSpan().StartLinePosition.Line);
        Assert.All(TrackedSteps(driver.GetRunResult()).Where(s => s.Key == ModelGenerator.Compiled), AssertUnchanged);
        Assert.Contains(TrackedSteps(driver.GetRunResult()), s => s.Key == ModelGenerator.Locations && Reasons(s.Value).Contains(IncrementalStepRunReason.Modified));
    }

    [Fact]
    public void Another_wording_of_the_same_spec_is_the_same_text()
    {
        var reworded = Source.Replace("x.RmsNorm(Weight, Epsilon)", "(x)\n    .RmsNorm(/* the weight */ epsilon: Epsilon, scale: this.Weight)").Replace("[Dim(8)]", "[Dim(2 * 4)]");
        Assert.NotEqual(Source, reworded);
        Assert.All(TrackedSteps(Rerun(Compilations.Of(Source), Compilations.Of(reworded))).Where(s => s.Key != ModelGenerator.Locations), AssertUnchanged);
    }

    [Fact]
    public void Each_model_is_compiled_once_for_each_change_of_what_it_reaches()
    {
        var compiled = 0;
        var driver = Compilations.Driver(new ModelGenerator(_ =>
        {
            compiled++;
            return new([], []);
        }));
        foreach (var (source, expected) in new[]
        {
            (Source, 1),
            ("// comment\n" + Source, 1),
            (Source + "\n[Dim(6)] readonly partial struct Another : IDim;", 1),
            (Source.Replace("[Dim(7)]", "[Dim(70)]"), 1),
            (Source.Replace("[Dim(8)]", "[Dim(16)]"), 2),
            (Source.Replace("x + Norm.Apply(x)", "x - Norm.Apply(x)"), 3),
        })
        {
            driver = driver.RunGenerators(Compilations.Of(source));
            Assert.Equal(expected, compiled);
        }
    }

    [Fact]
    public void Nothing_of_Roslyns_compilation_sits_in_the_pipeline()
    {
        var result = Rerun(Compilations.Of(Source), Compilations.Of(Source));
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var values = TrackedSteps(result).SelectMany(s => s.Value.Outputs).Select(o => o.Value).ToList();
        Assert.NotEmpty(values);
        foreach (var value in values) AssertPlain(value, value.GetType().Name, seen);
    }

    [Fact]
    public void Every_tracked_step_is_seen_by_these_tests() => Assert.Equal(
        [ModelGenerator.Compiled, DimensionGenerator.Dimensions, ModelGenerator.Locations, ModelGenerator.Models, SpecGenerator.Specs],
        TrackedSteps(Rerun(Compilations.Of(Source), Compilations.Of(Source))).Select(s => s.Key).Distinct().Order());

    /// <summary>A compiler with something to say: only then are the places of specs asked for.</summary>
    private static ModelGenerator Remarking() => new(_ => new([("Tiny.g.cs", "// code")], [new("TTT100", "Info", "a remark", "App.Tiny")]));

    private static GeneratorDriverRunResult Rerun(Compilation before, Compilation after, ModelGenerator? models = null) =>
        Compilations.Driver(new DimensionGenerator(), new SpecGenerator(), models ?? Remarking()).RunGenerators(before).RunGenerators(after).GetRunResult();

    private static IEnumerable<KeyValuePair<string, IncrementalGeneratorRunStep>> TrackedSteps(GeneratorDriverRunResult result)
    {
        string[] ours = [DimensionGenerator.Dimensions, SpecGenerator.Specs, ModelGenerator.Models, ModelGenerator.Compiled, ModelGenerator.Locations];
        return result.Results.SelectMany(r => r.TrackedSteps).Where(s => ours.Contains(s.Key)).SelectMany(s => s.Value.Select(step => KeyValuePair.Create(s.Key, step)));
    }

    private static IEnumerable<KeyValuePair<string, IncrementalGeneratorRunStep>> OutputSteps(GeneratorDriverRunResult result) =>
        result.Results.SelectMany(r => r.TrackedOutputSteps).SelectMany(s => s.Value.Select(step => KeyValuePair.Create(s.Key, step)));

    private static IEnumerable<IncrementalStepRunReason> Reasons(IncrementalGeneratorRunStep step) => step.Outputs.Select(o => o.Reason);

    private static void AssertUnchanged(KeyValuePair<string, IncrementalGeneratorRunStep> step) =>
        Assert.All(Reasons(step.Value), reason => Assert.True(reason is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, $"{step.Key}: {reason}"));

    /// <summary>Walks an object by its fields: what holds a symbol holds its compilation.</summary>
    private static void AssertPlain(object? value, string path, HashSet<object> seen)
    {
        if (value is null or string || value.GetType().IsPrimitive || value.GetType().IsEnum || (!value.GetType().IsValueType && !seen.Add(value))) return;
        Assert.False(value is ISymbol or Compilation or SyntaxNode or SyntaxTree or SemanticModel or IOperation or Location or Diagnostic or SyntaxReference, $"{path} holds a {value.GetType()}");
        if (value is IEnumerable items)
        {
            foreach (var item in items) AssertPlain(item, path + "[]", seen);
        }

        for (var type = value.GetType(); type is not null && type != typeof(object); type = type.BaseType)
        {
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                AssertPlain(field.GetValue(value), $"{path}.{field.Name}", seen);
        }
    }
}
