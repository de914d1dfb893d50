using System.CommandLine;
using TttGen.App.CommandLine;
using TttGen.Inference;

namespace TttGen.App.Inspecting;

/// <summary><c>inspect</c>: what the model is and what was made of it.</summary>
internal static class InspectCommand
{
    /// <summary>The command for a model.</summary>
    public static Command Create(ModelDefinition definition, AppConsole console)
    {
        var model = new ModelArguments(definition, console);
        var json = new Option<bool>("--json") { Description = "Write JSON" };
        var command = new Command("inspect", "Show parameters, shapes, memory, operations a token, what was fused, the instruction set") { json };
        model.AddTo(command);
        command.SetAction(arguments =>
        {
            var facts = new ModelFacts(definition, LoadedWeights(model, arguments));
            if (arguments.GetValue(json))
                console.Out.Write(InspectJson.Write(facts));
            else
                InspectTables.Write(facts, console);
        });
        return command;
    }

    private static long? LoadedWeights(ModelArguments model, ParseResult arguments)
    {
        if (model.FindDirectory(arguments) is not { } directory)
            return null;
        using var loaded = model.Load(arguments, directory);
        return loaded.WeightBytes;
    }
}
