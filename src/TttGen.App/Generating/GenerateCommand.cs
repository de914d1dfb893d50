using System.CommandLine;
using TttGen.App.CommandLine;
using TttGen.Inference;

namespace TttGen.App.Generating;

/// <summary><c>generate</c>: continues a prompt, streaming.</summary>
internal static class GenerateCommand
{
    /// <summary>The command for a model.</summary>
    public static Command Create(ModelDefinition definition, AppConsole console)
    {
        var model = new ModelArguments(definition, console);
        var prompt = new PromptArguments(console);
        var sampling = new SamplingArguments();
        var limit = Numbers.Integer("--max-tokens", "Tokens to generate at most", 256, 0, int.MaxValue);
        var stop = new Option<string[]>("--stop") { Description = "End before this text; may be given several times", HelpName = "text", DefaultValueFactory = static _ => [] };
        var stateIn = new Option<string?>("--state-in") { Description = "Go on from a saved state instead of from nothing", HelpName = "file" };
        var stateOut = new Option<string?>("--state-out") { Description = "Save the state that has read prompt and continuation", HelpName = "file" };

        var command = new Command("generate", "Continue a prompt; text goes to standard output as it comes, speed to standard error") { limit, stop, stateIn, stateOut };
        stop.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.Length == 0))
                result.AddError("--stop: expected some text, found none");
        });
        stateIn.NotEmpty();
        stateOut.NotEmpty();
        prompt.AddTo(command);
        sampling.AddTo(command);
        model.AddTo(command);
        command.SetAction(arguments =>
        {
            var directory = model.RequireDirectory(arguments);
            var text = prompt.Read(arguments);
            using var device = model.OpenDevice(arguments);
            using var loaded = model.Load(arguments, directory, device);
            var tokenizer = ModelArguments.LoadTokenizer(directory, loaded);
            using var state = loaded.CreateState();
            if (arguments.GetValue(stateIn) is { } from)
                state.Restore(from);

            device.Tell();
            var generation = new Generation(loaded, tokenizer, sampling.Options(arguments), console);
            var saveTo = arguments.GetValue(stateOut);
            var speed = generation.Run(state, text, new GenerationLimits(arguments.GetValue(limit), arguments.GetValue(stop)!, FeedLast: saveTo is not null, model.MaxContext(arguments)));
            if (saveTo is not null)
                state.Save(saveTo);
            console.Error.WriteLine(speed);
            return console.Interrupted.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
        });
        return command;
    }
}
