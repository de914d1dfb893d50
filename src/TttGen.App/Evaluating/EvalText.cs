namespace TttGen.App.Evaluating;

/// <summary>A text to evaluate on, as tokens.</summary>
/// <param name="Name">The file's name without extension.</param>
/// <param name="Tokens">The first is input only, the last target only.</param>
internal sealed record EvalTokens(string Name, int[] Tokens);

/// <summary>A text to evaluate on.</summary>
/// <param name="Name">The file's name without extension.</param>
/// <param name="Bytes">What of it is evaluated.</param>
internal sealed record EvalText(string Name, byte[] Bytes)
{
    /// <summary>Reads a file, or its last twentieth: the bytes from ⌊0.95 n⌋ on.</summary>
    public static EvalText Read(string path, bool heldOut, CancellationToken interrupted)
    {
        if (!File.Exists(path))
            throw new TttException($"{path}: expected a text file, found {(Directory.Exists(path) ? "a directory" : "nothing there")}");
        var bytes = InterruptibleInput.Read(() => File.ReadAllBytes(path), interrupted);
        return new EvalText(Path.GetFileNameWithoutExtension(path), heldOut ? bytes[(int)(bytes.LongLength * 95 / 100)..] : bytes);
    }
}
