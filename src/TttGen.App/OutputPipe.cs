using Microsoft.Win32.SafeHandles;

namespace TttGen.App;

/// <summary>
/// Standard output that notices when its reader has gone (<c>generate | head -c 100</c>). The stream of <see cref="Console"/> says nothing then, and text would
/// be made for nobody.
/// </summary>
internal sealed class OutputPipe(FileStream pipe, Action readerGone) : WriteOnlyStream
{
    private const int BrokenPipe = 32;
    private bool _broken;

    /// <summary>The process's standard output; files, whose place is shared with other processes, and Windows keep the stream of <see cref="Console"/>.</summary>
    public static Stream Open(Action readerGone)
    {
        if (OperatingSystem.IsWindows())
            return Console.OpenStandardOutput();
        var stream = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? Console.OpenStandardOutput() : new OutputPipe(stream, readerGone);
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_broken)
            return;
        try
        {
            pipe.Write(buffer);
        }
        catch (IOException exception) when (exception.HResult == BrokenPipe)
        {
            _broken = true;
            readerGone();
        }
    }
}
