namespace TttGen.App;

/// <summary>What the process says to its caller.</summary>
internal static class ExitCode
{
    /// <summary>All was done.</summary>
    public const int Done = 0;

    /// <summary>Bad input; standard error has one line about it.</summary>
    public const int BadInput = 1;

    /// <summary>Ctrl-C, as shells count it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
