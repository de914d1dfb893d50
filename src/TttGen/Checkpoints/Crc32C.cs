using System.Buffers.Binary;
using System.Numerics;

namespace TttGen.Checkpoints;

/// <summary>CRC-32C of bytes that come in pieces.</summary>
internal struct Crc32C
{
    private uint _inverse;

    /// <summary>The checksum of all bytes added so far.</summary>
    public readonly uint Value => ~_inverse;

    /// <summary>Of no bytes.</summary>
    public static Crc32C Empty => new() { _inverse = uint.MaxValue };

    /// <summary>Of bytes in one piece.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var sum = Empty;
        sum.Add(bytes);
        return sum.Value;
    }

    /// <summary>Adds bytes; how a sequence is cut into pieces does not matter.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..]) _inverse = BitOperations.Crc32C(_inverse, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var one in bytes) _inverse = BitOperations.Crc32C(_inverse, one);
    }
}
