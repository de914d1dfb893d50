using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using TttGen.Inference;

namespace TttGen.SpecFuzz.Checking;

/// <summary>What came of a spec.</summary>
internal enum Verdict
{
    /// <summary>Compiled, and equal to the executable spec.</summary>
    Right,

    /// <summary>Refused by a diagnostic.</summary>
    Refused,

    /// <summary>Numbers that differ from the executable spec's.</summary>
    Wrong,

    /// <summary>Generated code that the C# compiler refuses, or warns of.</summary>
    Uncompilable,

    /// <summary>An exception out of the generator or the compiled model.</summary>
    Exception,
}

/// <summary>What came of a spec, and the words for it.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Words">Diagnostics, figures, messages.</param>
/// <param name="Ids">Ids of the errors, each once, in order.</param>
/// <param name="Remarks">Ids of the remarks.</param>
internal sealed record Outcome(Verdict Verdict, string Words, IReadOnlyList<string> Ids, IReadOnlyList<string> Remarks)
{
    public bool IsDefect => Verdict is Verdict.Wrong or Verdict.Uncompilable or Verdict.Exception;

    /// <summary>Compiles a spec and compares every model in it with the executable spec.</summary>
    public static Outcome Of(SpecCase spec)
    {
        CompiledSpec? compiled = null;
        try
        {
            compiled = CompiledSpec.Of(spec);
            return Of(spec, compiled);
        }
        catch (Exception thrown)
        {
            return Of(thrown);
        }
        finally
        {
            compiled?.Context.Unload();
        }
    }

    private static Outcome Of(SpecCase spec, CompiledSpec compiled)
    {
        var ids = compiled.Errors.Select(e => e.Id).Distinct().Order(StringComparer.Ordinal).ToList();
        var remarks = compiled.Remarks.Select(r => r.Id).Distinct().Order(StringComparer.Ordinal).ToList();
        if (compiled.GeneratorFailed) return new(Verdict.Exception, Said(compiled.Errors.Concat(compiled.Remarks)), ids, remarks);
        if (compiled.Errors.Count > 0)
        {
            var own = compiled.Errors.Any(e => e.Id.StartsWith("TTT", StringComparison.Ordinal) || e.Location.SourceTree?.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) != true);
            return new(own ? Verdict.Refused : Verdict.Uncompilable, Said(compiled.Errors), ids, remarks);
        }
        if (compiled.GeneratedWarnings.Count > 0) return new(Verdict.Uncompilable, Said(compiled.GeneratedWarnings), ids, remarks);
        if (spec.Words.ContainsKey("compile") || spec.Words.ContainsKey("time")) return new(Verdict.Right, "compiles", ids, remarks);
        var figures = compiled.Assembly!.GetTypes()
            .Where(t => t.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IModel<>)))
            .SelectMany(model => ModelComparison.Of(model, spec)).ToList();
        var bad = figures.Where(f => !f.Ok).ToList();
        return new(bad.Count > 0 ? Verdict.Wrong : Verdict.Right,
            string.Join(", ", (bad.Count > 0 ? bad : figures).Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.What} {f.Value:0.0e+0}{(f.Ok ? "" : $" (bar {f.Bar:0e+0})")}"))), ids, remarks);
    }

    private static Outcome Of(Exception thrown)
    {
        var error = thrown;
        while (error is TargetInvocationException or TypeInitializationException && error.InnerException is { } inner) error = inner;
        return new(Verdict.Exception, $"{error.GetType().Name}: {error.Message.Split('\n')[0]} {error.StackTrace?.Split('\n')[0].Trim()}", [], []);
    }

    private static string Said(IEnumerable<Diagnostic> all) =>
        string.Join(" | ", all.DistinctBy(e => (e.Id, e.GetMessage(CultureInfo.InvariantCulture))).Take(3).Select(e => $"{e.Id} {e.GetMessage(CultureInfo.InvariantCulture)}{Line(e)}"));

    /// <summary>The generated line that an error stands in.</summary>
    private static string Line(Diagnostic error) => error.Location.SourceTree is not { } tree || !tree.FilePath.EndsWith(".g.cs", StringComparison.Ordinal) ? ""
        : $": {tree.GetText().Lines.GetLineFromPosition(error.Location.SourceSpan.Start).ToString().Trim()}";
}
