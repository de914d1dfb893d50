using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TttGen.Checkpoints;

namespace TttGen.Training;

/// <summary>
/// A training's checkpoint, one file, little-endian: <c>TttGenTraining1</c> and a zero, i32 bytes of the header, the header in JSON, then in f32 the weights, m, v and the carried
/// states, each with its pages, and u32 CRC-32C of everything before. It takes its place only when it is whole and on the disk.
/// </summary>
public static class TrainingCheckpoint
{
    private const int HeadBytes = 16 + sizeof(int);
    private const int LongestHeader = 16 << 20;

    // Spans have int lengths, weights may not.
    private const int Piece = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "TttGenTraining1\0"u8;

    /// <summary>Reads what a checkpoint says of itself, once its checksum has been found right.</summary>
    /// <exception cref="TttException">No such file, not a checkpoint, or a damaged one.</exception>
    public static CheckpointHeader ReadHeader(string path) => Open(path, from =>
    {
        var (head, json) = ReadHead(from, path);
        if (CheckpointHeader.TryRead(json) is not { } header)
            throw Damaged(path, "its header is");
        RequireLength(from, head.Length + json.Length, header, path);
        var checksum = Crc32C.Empty;
        checksum.Add(head);
        checksum.Add(json);
        var piece = new byte[Piece];
        for (var left = from.Length - from.Position - sizeof(uint); left > 0;)
        {
            var part = piece.AsSpan(0, (int)Math.Min(piece.Length, left));
            from.ReadExactly(part);
            checksum.Add(part);
            left -= part.Length;
        }
        RequireChecksum(from, checksum, path);
        return header;
    });

    internal static unsafe void Write(string path, CheckpointHeader header, ReadOnlySpan<nint> blocks, IEnumerable<TrainingCarry> carries)
    {
        try
        {
            using var files = new AtomicFiles();
            var to = files.Create(path);
            var checksum = Crc32C.Empty;
            void Put(ReadOnlySpan<byte> bytes)
            {
                to.Write(bytes);
                checksum.Add(bytes);
            }

            var json = header.Write();
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, json.Length);
            Put(Magic);
            Put(length);
            Put(json);
            foreach (var block in blocks)
            {
                for (long at = 0; at < header.Length; at += Piece)
                    Put(MemoryMarshal.AsBytes(new ReadOnlySpan<float>((float*)block + at, (int)Math.Min(Piece, header.Length - at))));
            }
            foreach (var carry in carries)
            {
                Put(MemoryMarshal.AsBytes(carry.Numbers));
                carry.WritePages(part => Put(MemoryMarshal.AsBytes(part)));
            }
            BinaryPrimitives.WriteUInt32LittleEndian(length, checksum.Value);
            to.Write(length);
            files.Commit();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{OneLine.Path(path)}: the checkpoint can't be written, what was there before still is: {OneLine.Of(error.Message)}", error);
        }
    }

    /// <summary>Reads the numbers that <see cref="Write"/> wrote. What they were read into is of no use where this throws.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">What <see cref="ReadHeader"/> said of it; found fit.</param>
    /// <param name="blocks">Room for <see cref="CheckpointHeader.Length"/> numbers each.</param>
    /// <param name="carries">As many as the header has, of its length.</param>
    internal static unsafe void ReadNumbers(string path, CheckpointHeader header, nint[] blocks, IReadOnlyList<TrainingCarry> carries) => Open(path, from =>
    {
        var (head, json) = ReadHead(from, path);
        RequireLength(from, head.Length + json.Length, header, path);
        var checksum = Crc32C.Empty;
        checksum.Add(head);
        checksum.Add(json);
        void Get(Span<byte> bytes)
        {
            from.ReadExactly(bytes);
            checksum.Add(bytes);
        }

        foreach (var block in blocks)
        {
            for (long at = 0; at < header.Length; at += Piece)
                Get(MemoryMarshal.AsBytes(new Span<float>((float*)block + at, (int)Math.Min(Piece, header.Length - at))));
        }
        foreach (var (carry, position) in carries.Zip(header.Carries))
        {
            Get(MemoryMarshal.AsBytes(carry.Numbers));
            carry.ReadPages(position, part => Get(MemoryMarshal.AsBytes(part)));
            carry.Position = position;
        }
        RequireChecksum(from, checksum, path);
        return header;
    });

    private static T Open<T>(string path, Func<FileStream, T> read)
    {
        try
        {
            using var from = InputFile.Open(path);
            return read(from);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TttException($"{OneLine.Path(path)}: expected a checkpoint of a training, found nothing there; to start anew, leave --resume away", error);
        }
        catch (EndOfStreamException error)
        {
            throw new TttException($"{OneLine.Path(path)}: the checkpoint was cut while it was read", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{OneLine.Path(path)}: the checkpoint can't be read: {OneLine.Of(error.Message)}", error);
        }
    }

    private static (byte[] Head, byte[] Json) ReadHead(FileStream from, string path)
    {
        var head = new byte[HeadBytes];
        if (from.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) < HeadBytes || !head.AsSpan().StartsWith(Magic))
            throw new TttException($"{OneLine.Path(path)}: expected a checkpoint of a training, found something else");
        var bytes = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(Magic.Length));
        if (bytes is < 0 or > LongestHeader || bytes > from.Length)
            throw Damaged(path, "its header is");
        var json = new byte[bytes];
        return from.ReadAtLeast(json, bytes, throwOnEndOfStream: false) == bytes ? (head, json) : throw Damaged(path, "its header is");
    }

    private static void RequireLength(FileStream from, int headBytes, CheckpointHeader header, string path)
    {
        var whole = headBytes + sizeof(float) * (header.Numbers + 1);
        if (from.Length != whole)
            throw Damaged(path, FormattableString.Invariant($"expected {whole} bytes, found {from.Length}"));
    }

    private static void RequireChecksum(FileStream from, Crc32C checksum, string path)
    {
        Span<byte> sum = stackalloc byte[sizeof(uint)];
        from.ReadExactly(sum);
        if (checksum.Value != BinaryPrimitives.ReadUInt32LittleEndian(sum))
            throw Damaged(path, "its checksum does not fit its content");
    }

    private static TttException Damaged(string path, string what) => new($"{OneLine.Path(path)}: the checkpoint is damaged: {what}; restore it from a copy, or start anew");
}
