using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using TttGen.Checkpoints;

namespace TttGen.Training.Data;

/// <summary>A file of token ids, memory-mapped: whatever becomes of the texts that it was made from, it stays.</summary>
internal sealed unsafe class TokenFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly DateTime _written;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly TokenFileHead _head;
    private readonly byte* _start;

    private TokenFile(FileStream stream, TokenFileHead head)
    {
        (_stream, _head, _written) = (stream, head, File.GetLastWriteTimeUtc(stream.SafeFileHandle));
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>How many tokens there are.</summary>
    public long Tokens => _head.Tokens;

    /// <summary>What the tokens are, in JSON.</summary>
    public byte[] Description => new ReadOnlySpan<byte>(_start + _head.DescriptionAt, _head.DescriptionBytes).ToArray();

    /// <summary>First tokens of all documents, ascending.</summary>
    public ReadOnlySpan<long> Documents => new(_start + _head.DocumentsAt, checked((int)_head.Documents));

    /// <summary>Opens a file; null where there is none, or one that is not whole.</summary>
    public static TokenFile? Open(string path)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            var stream = InputFile.Open(path);
            if (ReadHead(stream) is not { } head)
            {
                stream.Dispose();
                return null;
            }
            var file = new TokenFile(stream, head);
            if (file.Checksum() == head.Checksum && file.DocumentsAscend())
                return file;
            file.Dispose();
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{OneLine.Path(path)}: can't be read: {OneLine.Of(error.Message)}", error);
        }
    }

    /// <summary>Tokens <paramref name="first"/> and on.</summary>
    /// <exception cref="TttException">Somebody has written to the file, or cut it: what is mapped is no longer what was read.</exception>
    public void Read(long first, Span<int> to)
    {
        if (RandomAccess.GetLength(_stream.SafeFileHandle) != _head.FileBytes || File.GetLastWriteTimeUtc(_stream.SafeFileHandle) != _written)
            throw new TttException($"{OneLine.Path(_stream.Name)}: was changed by somebody else while it was in use; the last checkpoint is as it was: go on with --resume, which makes the tokens anew");
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, _head.Tokens - to.Length);
        var from = new ReadOnlySpan<byte>(_start + TokenFileHead.Bytes + first * _head.Width, to.Length * _head.Width);
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = _head.Width switch
            {
                1 => from[i],
                2 => BinaryPrimitives.ReadUInt16LittleEndian(from[(2 * i)..]),
                _ => BinaryPrimitives.ReadInt32LittleEndian(from[(4 * i)..]),
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        _stream.Dispose();
    }

    private static TokenFileHead? ReadHead(FileStream stream)
    {
        var bytes = new byte[TokenFileHead.Bytes];
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length ? null : TokenFileHead.Read(bytes, stream.Length);
    }

    private bool DocumentsAscend()
    {
        var before = 0L;
        foreach (var first in Documents)
        {
            if (first < before || first > _head.Tokens)
                return false;
            before = first;
        }
        return true;
    }

    private uint Checksum()
    {
        const int piece = 1 << 20;
        var checksum = Crc32C.Empty;
        for (long at = TokenFileHead.Bytes; at < _head.FileBytes; at += piece)
            checksum.Add(MemoryMarshal.CreateReadOnlySpan(ref _start[at], (int)Math.Min(piece, _head.FileBytes - at)));
        return _head.Seal(checksum);
    }
}
