using System.Buffers.Binary;
using TttGen.Checkpoints;

namespace TttGen.Training.Data;

/// <summary>
/// The first bytes of a token file, little-endian: <c>TttGenTokens2</c>, i32 bytes a token, i64 tokens, i64 documents, i32 bytes of the description, u32 CRC-32C of all
/// that follows and of the head before it. Then the tokens, the documents' first tokens in i64, and the description in JSON.
/// </summary>
internal readonly record struct TokenFileHead(int Width, long Tokens, long Documents, int DescriptionBytes, uint Checksum)
{
    public const int Bytes = 48;

    private static ReadOnlySpan<byte> Magic => "TttGenTokens2"u8;

    /// <summary>Where the documents begin: on a multiple of eight.</summary>
    public long DocumentsAt => Bytes + (Width * Tokens + 7) / 8 * 8;

    public long DescriptionAt => DocumentsAt + sizeof(long) * Documents;

    public long FileBytes => DescriptionAt + DescriptionBytes;

    /// <summary>Adds what the head says to the checksum of what follows it.</summary>
    public uint Seal(Crc32C following)
    {
        Span<byte> head = stackalloc byte[Bytes];
        (this with { Checksum = 0 }).Write(head);
        following.Add(head);
        return following.Value;
    }

    public void Write(Span<byte> to)
    {
        to[..Bytes].Clear();
        Magic.CopyTo(to);
        BinaryPrimitives.WriteInt32LittleEndian(to[16..], Width);
        BinaryPrimitives.WriteInt64LittleEndian(to[20..], Tokens);
        BinaryPrimitives.WriteInt64LittleEndian(to[28..], Documents);
        BinaryPrimitives.WriteInt32LittleEndian(to[36..], DescriptionBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(to[40..], Checksum);
    }

    /// <summary>Null where it is none, or not of a file of so many bytes.</summary>
    public static TokenFileHead? Read(ReadOnlySpan<byte> from, long fileBytes)
    {
        if (from.Length < Bytes || !from.StartsWith(Magic))
            return null;
        var head = new TokenFileHead(
            BinaryPrimitives.ReadInt32LittleEndian(from[16..]), BinaryPrimitives.ReadInt64LittleEndian(from[20..]), BinaryPrimitives.ReadInt64LittleEndian(from[28..]),
            BinaryPrimitives.ReadInt32LittleEndian(from[36..]), BinaryPrimitives.ReadUInt32LittleEndian(from[40..]));
        var plausible = head.Width is 1 or 2 or 4 && head.Tokens >= 0 && head.Documents >= 0 && head.DescriptionBytes >= 0
            && head.Tokens <= fileBytes && head.Documents <= fileBytes && head.FileBytes == fileBytes;
        if (!plausible)
            return null;
        Span<byte> written = stackalloc byte[Bytes];
        head.Write(written);
        return written.SequenceEqual(from[..Bytes]) ? head : null;
    }
}
