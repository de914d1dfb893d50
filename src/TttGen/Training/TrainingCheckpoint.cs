using System.Buffers.Binary;
using System.Runtime.InteropServices;
using TttGen.Checkpoints;

namespace TttGen.Training;

/// <summary>
/// A training's checkpoint, one file, little-endian: <c>TttGenTraining1</c> and a zero, i32 bytes of the header, the header in JSON, then in f32 the weights, m, v and the carried
/// states, and u32 CRC-32C of everything before. It takes its place only when it is whole and on the disk.
/// </summary>
public static class TrainingCheckpoint
{
    private const int HeadBytes = 16 + sizeof(int);
    private const int LongestHeader = 16 << 20;

    // Spans have int lengths, weights may not.
    private const int Piece = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "TttGenTraining1\0"u8;

    /// <summary>Reads what a checkpoint says of itself; its numbers are not looked at.</summary>
    /// <exception cref="TttException">No such file, or not a checkpoint.</exception>
    public static CheckpointHeader ReadHeader(string path) => Read(path, static (header, _) => header);

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
                Put(MemoryMarshal.AsBytes(carry.Numbers));
            BinaryPrimitives.WriteUInt32LittleEndian(length, checksum.Value);
            to.Write(length);
            files.Commit();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{OneLine.Path(path)}: the checkpoint can't be written, what was there before still is: {OneLine.Of(error.Message)}", error);
        }
    }

    /// <summary>Reads the numbers that <see cref="Write"/> wrote; the header has been found fit. What they were read into is of no use where this throws.</summary>
    internal static unsafe void ReadNumbers(string path, nint[] blocks, IReadOnlyList<TrainingCarry> carries) => Read(path, (header, from) =>
    {
        var checksum = Crc32C.Empty;
        from.Position = 0;
        var head = new byte[HeadBytes];
        from.ReadExactly(head);
        var json = new byte[BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(Magic.Length))];
        from.ReadExactly(json);
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
            carry.Position = position;
        }
        var sum = new byte[sizeof(uint)];
        from.ReadExactly(sum);
        return checksum.Value == BinaryPrimitives.ReadUInt32LittleEndian(sum) ? header : throw Damaged(path, "its checksum does not fit its content");
    });

    private static CheckpointHeader Read(string path, Func<CheckpointHeader, FileStream, CheckpointHeader> read)
    {
        try
        {
            using var from = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            var head = new byte[HeadBytes];
            if (from.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) < HeadBytes || !head.AsSpan().StartsWith(Magic))
                throw new TttException($"{OneLine.Path(path)}: expected a checkpoint of a training, found something else");
            var bytes = BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(Magic.Length));
            if (bytes is < 0 or > LongestHeader)
                throw Damaged(path, "its header is");
            var json = new byte[bytes];
            if (from.ReadAtLeast(json, bytes, throwOnEndOfStream: false) < bytes || CheckpointHeader.TryRead(json) is not { } header)
                throw Damaged(path, "its header is");
            var whole = HeadBytes + bytes + sizeof(float) * (header.Numbers + 1);
            return from.Length == whole ? read(header, from) : throw Damaged(path, FormattableString.Invariant($"expected {whole} bytes, found {from.Length}"));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new TttException($"{OneLine.Path(path)}: expected a checkpoint of a training, found nothing there; to start anew, leave --resume away", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{OneLine.Path(path)}: the checkpoint can't be read: {OneLine.Of(error.Message)}", error);
        }
    }

    private static TttException Damaged(string path, string what) => new($"{OneLine.Path(path)}: the checkpoint is damaged: {what}; restore it from a copy, or start anew");
}
