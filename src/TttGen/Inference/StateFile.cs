using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using TttGen.Checkpoints;

namespace TttGen.Inference;

/// <summary>
/// A state in a file, little-endian: <c>TttGenState3</c>, i32 bytes of the signature, i64 position, i64 count of numbers, the signature in UTF-8,
/// the numbers in f32 (keys and values in bf16, two in four bytes, where the signature says so), those of the pages after the others, class by class and whole (<see cref="PageClass"/>: which ones follows from the position), u32 CRC-32C of everything before. Nothing of a file that is not whole and of the right model is taken over. The signature ends in the
/// checksum of the weights that a state starts from; files of older builds, which have none there, are read as well.
/// </summary>
internal static class StateFile
{
    /// <summary>Where a signature begins to speak of the weights.</summary>
    internal const string WeightsMark = "; weights ";

    /// <summary>What a signature says of keys and values that are not in f32.</summary>
    internal const string CacheMark = "; keys and values in bf16";

    private const int HeadBytes = 12 + 4 + 8 + 8;

    // Spans of bytes have int lengths, states may not.
    private const int Piece = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "TttGenState3"u8;

    /// <summary>Writes a file, whole or not at all.</summary>
    public static void Write(string path, string signature, long position, ReadOnlySpan<float> numbers, SequencePages? pages = null)
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

            var name = Encoding.UTF8.GetBytes(signature);
            var head = new byte[HeadBytes + name.Length];
            Magic.CopyTo(head);
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), name.Length);
            BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(16), position);
            BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(24), numbers.Length + (long)(pages?.ElementsAt(position) ?? 0));
            name.CopyTo(head, HeadBytes);
            Put(head);
            for (; !numbers.IsEmpty; numbers = numbers[Math.Min(Piece, numbers.Length)..]) Put(MemoryMarshal.AsBytes(numbers[..Math.Min(Piece, numbers.Length)]));
            pages?.Write(position, part => Put(MemoryMarshal.AsBytes(part)));
            Span<byte> sum = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(sum, checksum.Value);
            to.Write(sum);
            files.Commit();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{OneLine.Path(path)}: the state can't be written: {OneLine.Of(error.Message)}", error);
        }
    }

    /// <summary>Reads a file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="signature">What its state must be called.</param>
    /// <param name="count">Numbers beside those in pages.</param>
    /// <param name="pages">Empty ones to read into, of no use where this throws; null where such states have none.</param>
    public static (long Position, float[] Numbers) Read(string path, string signature, int count, SequencePages? pages = null)
    {
        var file = OneLine.Path(path);
        try
        {
            using var from = InputFile.Open(path);
            var head = new byte[HeadBytes];
            if (from.ReadAtLeast(head, HeadBytes, false) < HeadBytes || !head.AsSpan(0, Magic.Length).SequenceEqual(Magic))
                throw new TttException($"{file}: expected a state file, as --state-out writes it, found something else");
            var name = new byte[BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(12)) is >= 0 and <= 4096 and var length ? length : throw Damaged()];
            if (from.ReadAtLeast(name, name.Length, false) < name.Length) throw Damaged();
            var written = Encoding.UTF8.GetString(name);
            if (written == WithoutWeights(signature)) signature = written;
            if (IsOfBf16(written) != IsOfBf16(signature) && WithoutCache(written) == WithoutCache(signature))
                throw new TttException($"{file}: expected keys and values in {Cache(signature)}, found {Cache(written)}; restore it with --cache {Cache(written)} (ModelOptions.Cache), as it was saved");
            if (written != signature && ModelOf(written) == ModelOf(signature))
                throw new TttException($"{file}: expected a state that these weights have made, found one of other weights of the same model; restore it with the checkpoint that saved it");
            if (written != signature)
                throw new TttException($"{file}: expected a state of {signature}, found one of {OneLine.Of(written)}; restore it with the model that saved it");
            var position = BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(16));
            if (position is < 0 or > ModelState.MostTokens) throw Damaged();
            var whole = HeadBytes + name.Length + (count + (pages?.ElementsAt(position) ?? 0)) * sizeof(float) + 4;
            if (from.Length != whole) throw new TttException(string.Create(CultureInfo.InvariantCulture, $"{file}: the state file is damaged: expected {whole} bytes, found {from.Length}"));

            var checksum = Crc32C.Empty;
            void Get(Span<byte> bytes)
            {
                from.ReadExactly(bytes);
                checksum.Add(bytes);
            }

            checksum.Add(head);
            checksum.Add(name);
            var read = new float[count];
            for (var at = 0; at < count; at += Math.Min(Piece, count - at)) Get(MemoryMarshal.AsBytes(read.AsSpan(at, Math.Min(Piece, count - at))));
            pages?.Read(position, part => Get(MemoryMarshal.AsBytes(part)));
            var sum = new byte[4];
            from.ReadExactly(sum);
            if (BinaryPrimitives.ReadUInt32LittleEndian(sum) != checksum.Value) throw Damaged();
            return (position, read);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{file}: the state can't be read: {OneLine.Of(error.Message)}", error);
        }

        TttException Damaged() => new($"{file}: the state file is damaged");
    }

    /// <summary>What files were called before they spoke of the weights: those are taken, for nothing in them says which weights they come from.</summary>
    private static string WithoutWeights(string signature) => signature.Contains(WeightsMark, StringComparison.Ordinal) ? ModelOf(signature) + ")" : signature;

    private static bool IsOfBf16(string signature) => signature.Contains(CacheMark, StringComparison.Ordinal);

    private static string Cache(string signature) => IsOfBf16(signature) ? "bf16" : "f32";

    private static string WithoutCache(string signature) => ModelOf(signature).Replace(CacheMark, "", StringComparison.Ordinal);

    private static string ModelOf(string signature) => signature.LastIndexOf(WeightsMark, StringComparison.Ordinal) is var at and >= 0 ? signature[..at] : signature;
}
