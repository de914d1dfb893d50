namespace TttGen.Checkpoints;

/// <summary>Files that are read from end to end, and whose length is asked for first.</summary>
internal static class InputFile
{
    /// <summary>Opens a file for reading.</summary>
    /// <exception cref="IOException">It can't be read, or it is a pipe or a device, at which reading would wait.</exception>
    internal static FileStream Open(string path)
    {
        if (FileKinds.Of(path) == FileKind.Other) throw new IOException("expected a file, found a pipe or a device");
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
    }
}
