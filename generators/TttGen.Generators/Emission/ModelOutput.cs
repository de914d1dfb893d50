using TttGen.Compiler;

namespace TttGen.Generators.Emission;

/// <summary>What the compiler made of a model, compared by value.</summary>
/// <param name="Model">Full name.</param>
/// <param name="Files">Hint names and texts.</param>
/// <param name="Findings">Its remarks; an error among them where there are no files.</param>
internal sealed record ModelOutput(string Model, ValueList<GeneratedModelFile> Files, ValueList<Finding> Findings)
{
    /// <summary>The compiler's own failure, as the error on the model that says so.</summary>
    public const string FailureId = "TTT049";

    public static ModelOutput Of(ModelSource source, Func<ModelSource, CompiledModel> compile)
    {
        var prefix = Prefix(source);
        var name = prefix + source.Name;
        try
        {
            var compiled = compile(source);
            return new(name, compiled.Files.Select(f => new GeneratedModelFile(prefix + f.HintName, f.Text)).ToValueList(), compiled.Findings.ToValueList());
        }
        catch (CompileException error)
        {
            return Failed(name, new(error.Id, "Error", error.Message, error.Spec ?? name));
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            var place = error.StackTrace?.Split('\n').FirstOrDefault()?.Trim() ?? "";
            return Failed(name, new(FailureId, "Error", $"TttGen failed on '{source.Name}', which is a defect of TttGen: {error.GetType().Name}: {error.Message.Split('\n')[0].Trim()} ({place})", name));
        }
    }

    private static ModelOutput Failed(string name, Finding error) => new(name, Array.Empty<GeneratedModelFile>().ToValueList(), new[] { error }.ToValueList());

    /// <summary>Two models of one name in different places have different files.</summary>
    private static string Prefix(ModelSource source) => string.Concat(
        new[] { source.Namespace }.Where(n => n.Length > 0).Concat(source.ContainingTypes.Select(header => header.Split(' ').Last())).Select(part => part.Replace("@", "") + "."));
}

/// <summary>One generated file.</summary>
internal sealed record GeneratedModelFile(string HintName, string Text);
