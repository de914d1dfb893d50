using System.Text;
using System.Text.Unicode;

namespace TttGen.App.Generating;

/// <summary>Bytes from outside, taken as text only if they are UTF-8.</summary>
internal static class Utf8Text
{
    /// <summary>The text; a byte order mark at its start is not part of it.</summary>
    /// <exception cref="TttException">Not UTF-8; names <paramref name="source"/> and the first bad byte's place.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes, string source)
    {
        if (FirstInvalid(bytes) is { } place)
            throw new TttException($"{source}: expected UTF-8, found byte 0x{bytes[place]:X2} at offset {place}; convert it, for example with iconv -t UTF-8");
        return Encoding.UTF8.GetString(bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes);
    }

    /// <summary>Place of the first byte that is not UTF-8; null if all is well.</summary>
    public static int? FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        var place = 0;
        while (place < bytes.Length)
        {
            if (Rune.DecodeFromUtf8(bytes[place..], out _, out var length) != System.Buffers.OperationStatus.Done)
                return place;
            place += length;
        }
        return null;
    }
}
