using System.Globalization;
using TttGen.Checkpoints;

namespace TttGen.Training.Data;

/// <summary>A text file, or a folder whose *.txt files, at any depth, count as one text.</summary>
/// <param name="Path">As given.</param>
/// <param name="Weight">How much likelier its places are drawn than those of a text of weight 1.</param>
/// <param name="Files">What it consists of, in the order of their names.</param>
public sealed record TextSource(string Path, double Weight, IReadOnlyList<string> Files)
{
    /// <summary>Reads <c>path</c> or <c>path*weight</c>, as in <c>moby-dick.txt*4</c>.</summary>
    /// <exception cref="TttException">Nothing there, a folder without *.txt, or no positive weight.</exception>
    public static TextSource Parse(string argument)
    {
        var star = argument.LastIndexOf('*');
        if (star < 0 || File.Exists(argument) || Directory.Exists(argument))
            return new TextSource(argument, 1, FilesOf(argument));
        var text = argument[(star + 1)..];
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) || weight is not (> 0 and <= 1e6))
            throw new TttException($"{OneLine.Path(argument)}: expected a weight above 0 and up to 1000000 after '*', found '{OneLine.Of(text)}'");
        return new TextSource(argument[..star], weight, FilesOf(argument[..star]));
    }

    /// <summary>A file's name within the source: with its folders, but the same wherever the source lies.</summary>
    internal string NameOf(string file) => Directory.Exists(Path)
        ? System.IO.Path.GetRelativePath(Path, file).Replace(System.IO.Path.DirectorySeparatorChar, '/')
        : System.IO.Path.GetFileName(file);

    private static IReadOnlyList<string> FilesOf(string path)
    {
        if (File.Exists(path))
            return [path];
        if (!Directory.Exists(path))
            throw new TttException($"{OneLine.Path(path)}: expected a text file or a folder of them, found nothing there");
        try
        {
            var files = Directory.EnumerateFiles(path, "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
            return files.Count > 0 ? files : throw new TttException($"{OneLine.Path(path)}: expected text files, named *.txt, in this folder, found none");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{OneLine.Path(path)}: the folder can't be read: {OneLine.Of(error.Message)}", error);
        }
    }
}
