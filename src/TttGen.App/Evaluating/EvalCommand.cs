using System.CommandLine;
using TttGen.App.CommandLine;
using TttGen.Inference;

namespace TttGen.App.Evaluating;

/// <summary><c>eval</c>: how well the model predicts text files.</summary>
internal static class EvalCommand
{
    /// <summary>The command for a model.</summary>
    public static Command Create(ModelDefinition definition, AppConsole console)
    {
        var model = new ModelArguments(definition, console);
        var files = new Argument<string[]>("files") { Description = "Text files", Arity = ArgumentArity.OneOrMore };
        var contexts = Numbers.List("--context", "Lengths of window, in tokens", [512, 2048, 8192], 1, 1 << 24);
        var windows = Numbers.Integer("--windows", "Windows of each length and file; 0: all. Default: as many as hold 32768 tokens", -1, 0, int.MaxValue);
        var heldOut = new Option<bool>("--held-out") { Description = "Of each file of n bytes only those from floor(0.95 n) on" };
        var byPosition = new Option<bool>("--by-position") { Description = "Also by place in the window, in buckets of doubling width" };
        var json = new Option<bool>("--json") { Description = "Write JSON" };

        var command = new Command("eval", "Measure nats and bits a token and a byte, and perplexity, on text")
        {
            files, contexts, windows, heldOut, byPosition, json,
        };
        model.AddTo(command);
        command.SetAction(arguments =>
        {
            var directory = model.RequireDirectory(arguments);
            var texts = arguments.GetValue(files)!.Select(path => EvalText.Read(path, arguments.GetValue(heldOut), console.Interrupted)).ToList();
            using var device = model.OpenDevice(arguments);
            using var loaded = model.Load(arguments, directory, device);
            var tokenizer = ModelArguments.LoadTokenizer(directory, loaded);
            var evaluation = new Evaluation(loaded, tokenizer, console);
            var lengths = arguments.GetValue(contexts)!;
            var tokens = texts.Select(text => evaluation.Encode(text, atLeast: lengths.Max() + 1)).ToList();
            int? wanted = arguments.GetValue(windows) is var given and >= 0 ? given : null;
            device.Tell();
            var results = tokens.SelectMany(text => lengths, (text, context) => evaluation.Run(text, context, wanted)).ToList();
            var report = new EvalReport(loaded, results, arguments.GetValue(byPosition));
            console.Out.Write(arguments.GetValue(json) ? report.Json() : report.Text());
        });
        return command;
    }
}
