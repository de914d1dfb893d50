using System.Runtime.InteropServices;

namespace TttGen.App;

/// <summary>
/// Standard error that nobody may be listening to: what can't be written there is no reason to end. Not the stream of <see cref="Console"/>, which needs a
/// handle more: where there are too few, that is to be told.
/// </summary>
internal sealed unsafe partial class StandardError : WriteOnlyStream
{
    private const int Interrupted = 4;

    /// <summary>The process's standard error.</summary>
    public static Stream Open() => OperatingSystem.IsWindows() ? new LenientStream(Console.OpenStandardError()) : new StandardError();

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        fixed (byte* bytes = buffer)
            for (nint at = 0; at < buffer.Length;)
            {
                var written = Write(2, bytes + at, (nuint)(buffer.Length - at));
                if (written > 0) at += written;
                else if (written == 0 || Marshal.GetLastPInvokeError() != Interrupted) return;
            }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte* bytes, nuint count);
}
