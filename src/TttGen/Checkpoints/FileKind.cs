using System.Runtime.InteropServices;

namespace TttGen.Checkpoints;

/// <summary>What stands at a path.</summary>
internal enum FileKind
{
    /// <summary>Nothing, or what can't be seen.</summary>
    None,

    /// <summary>Bytes on a disk.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A pipe, a device, a socket: opening it may wait for ever, and a file in its place would end it.</summary>
    Other,
}

/// <summary>Tells kinds apart without opening anything.</summary>
internal static partial class FileKinds
{
    // linux/stat.h: struct statx is the same on every architecture.
    private const int CurrentDirectory = -100, TypeMask = 1, ModeAt = 28, StatBytes = 256, KindBits = 0xF000, Regular = 0x8000, Folder = 0x4000;

    /// <summary>The kind; links are followed.</summary>
    internal static unsafe FileKind Of(string path)
    {
        if (Directory.Exists(path)) return FileKind.Directory;
        if (!OperatingSystem.IsLinux()) return File.Exists(path) ? FileKind.File : FileKind.None;
        byte* stat = stackalloc byte[StatBytes];
        if (Stat(CurrentDirectory, path, 0, TypeMask, stat) != 0) return FileKind.None;
        return (*(ushort*)(stat + ModeAt) & KindBits) switch
        {
            Regular => FileKind.File,
            Folder => FileKind.Directory,
            _ => FileKind.Other,
        };
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Stat(int directory, string path, int flags, uint mask, byte* to);
}
