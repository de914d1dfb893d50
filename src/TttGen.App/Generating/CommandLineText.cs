namespace TttGen.App.Generating;

/// <summary>Text from the command line: .NET has put U+FFFD where its bytes were not UTF-8, so those bytes are looked at themselves.</summary>
internal static class CommandLineText
{
    private const string RawArguments = "/proc/self/cmdline";

    /// <summary>The text as it is.</summary>
    /// <exception cref="TttException">The command line is not UTF-8.</exception>
    public static string Check(string text)
    {
        if (text.Contains('\uFFFD') && File.Exists(RawArguments) && Utf8Text.FirstInvalid(File.ReadAllBytes(RawArguments)) is not null)
            throw new TttException("--prompt: expected UTF-8, found other bytes; check the terminal's encoding or use --prompt-file");
        return text;
    }
}
