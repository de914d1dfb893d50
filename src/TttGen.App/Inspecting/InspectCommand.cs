using System.CommandLine;
using TttGen.App.CommandLine;
using TttGen.Cuda;
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
            var facts = Facts(definition, model, arguments);
            if (arguments.GetValue(json))
                console.Out.Write(InspectJson.Write(facts));
            else
                InspectTables.Write(facts, console);
        });
        return command;
    }

    private static ModelFacts Facts(ModelDefinition definition, ModelArguments model, ParseResult arguments)
    {
        var directory = model.FindDirectory(arguments);
        using var device = model.OpenDevice(arguments);
        using var loaded = directory is null ? null : model.Load(arguments, directory, device);
        device.Tell();
        return new ModelFacts(definition, loaded?.WeightBytes, model.Options(arguments, device).Cache, device.Name, device.Device is CudaDevice cuda ? [.. cuda.Kernels] : []);
    }
}
