namespace TttGen.Checkpoints;

/// <summary>
/// Files that appear together or not at all: each is written beside its place under a temporary name, and only when all of them are on the disk
/// are they renamed. Disposing without <see cref="Commit"/> leaves what was there before.
/// </summary>
internal sealed class AtomicFiles : IDisposable
{
    private const string Suffix = ".partial";

    private readonly List<(FileStream Stream, string Path)> _files = [];
    private bool _committed;

    /// <summary>A stream whose content will be the file; where a link stands, the file that it leads to.</summary>
    /// <exception cref="IOException">It can't be written, or a directory, a pipe or a device is there.</exception>
    internal FileStream Create(string path)
    {
        if (new FileInfo(path).LinkTarget is not null) path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        if (FileKinds.Of(path) is var kind and (FileKind.Directory or FileKind.Other))
            throw new IOException($"expected a file or nothing at its place, found {(kind == FileKind.Directory ? "a directory" : "a pipe or a device")}");

        // A link there would lead our bytes elsewhere.
        var partial = new FileInfo(path + Suffix);
        if (partial.LinkTarget is not null) partial.Delete();
        if (FileKinds.Of(path + Suffix) == FileKind.Other) throw new IOException($"{Suffix} beside its place is a pipe or a device");

        // Not shared: a second writer to the same place fails here, before it can mix its bytes with ours.
        var stream = new FileStream(path + Suffix, FileMode.Create, FileAccess.Write, FileShare.None);
        _files.Add((stream, path));
        return stream;
    }

    /// <summary>Flushes all files to the disk, then renames them.</summary>
    internal void Commit()
    {
        foreach (var (stream, _) in _files)
        {
            stream.Flush(flushToDisk: true);
            stream.Dispose();
        }

        foreach (var (_, path) in _files) File.Move(path + Suffix, path, overwrite: true);
        _committed = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_committed) return;
        foreach (var (stream, path) in _files)
        {
            // A full disk may refuse even what is still buffered; the error under way is the one to tell.
            try
            {
                stream.Dispose();
            }
            catch (IOException)
            {
            }

            File.Delete(path + Suffix);
        }
    }
}
