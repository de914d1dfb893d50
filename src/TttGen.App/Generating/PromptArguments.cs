using System.CommandLine;

namespace TttGen.App.Generating;

/// <summary>The options that say where the prompt comes from: the command line, a file or standard input.</summary>
internal sealed class PromptArguments(AppConsole console)
{
    private readonly Option<string?> _text = new("--prompt") { Description = "The text to continue", HelpName = "text" };
    private readonly Option<string?> _file = new("--prompt-file") { Description = "File with the text to continue; '-' or neither option: standard input", HelpName = "file" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_text);
        command.Options.Add(_file);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_text) is not null && result.GetResult(_file) is not null)
                result.AddError("--prompt and --prompt-file are both given; one prompt is continued");
        });
    }

    /// <summary>The prompt.</summary>
    /// <exception cref="TttException">None given, empty, or not UTF-8.</exception>
    public string Read(ParseResult arguments)
    {
        var (text, source) = (arguments.GetValue(_text), arguments.GetValue(_file)) switch
        {
            ({ } given, _) => (CommandLineText.Check(given), "--prompt"),
            (_, { } path) when path != "-" => (Utf8Text.Decode(InterruptibleInput.Read(() => ReadFile(path), console.Interrupted), path), path),
            (_, null) when console.InIsTerminal => throw new TttException("no prompt: give one with --prompt, with --prompt-file, or on standard input"),
            _ => (Utf8Text.Decode(InterruptibleInput.Read(ReadInput, console.Interrupted), "standard input"), "standard input"),
        };
        return text.Length > 0 ? text : throw new TttException($"{source}: the prompt is empty; at least one character is needed to go on from");
    }

    private static byte[] ReadFile(string path) =>
        File.Exists(path) ? File.ReadAllBytes(path) : throw new TttException($"--prompt-file {path}: expected a file, found {(Directory.Exists(path) ? "a directory" : "nothing there")}");

    private byte[] ReadInput()
    {
        using var bytes = new MemoryStream();
        console.In.CopyTo(bytes);
        return bytes.ToArray();
    }
}
