namespace TttGen.Runtime.Tests.Checkpoints;

/// <summary>What disks, networks and adversaries do to a file: a function of its content and a seed.</summary>
internal static class Mutation
{
    private static readonly byte[][] Words =
    [
        .. new[] { "0", "-1", "1e999", "2147483648", "9223372036854775807", "9223372036854775808", "null", "true", "\"\"", "{}", "[]", "\\ud800", "\0", "\uFEFF", ",", ":", "}", "]", "\"" }
            .Select(System.Text.Encoding.UTF8.GetBytes),
        [0xff], [0x80], [0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0x80], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    ];

    /// <summary>One to four edits: bits flipped, bytes cut out, doubled or replaced by words that parsers dislike, the end cut off.</summary>
    public static byte[] Of(byte[] content, int seed)
    {
        var random = new Random(seed);
        var bytes = content;
        for (var edits = random.Next(1, 5); edits > 0; edits--)
        {
            var at = random.Next(bytes.Length + 1);
            var end = Math.Min(bytes.Length, at + random.Next(1, 12));
            bytes = random.Next(6) switch
            {
                0 when at < bytes.Length => [.. bytes[..at], (byte)(bytes[at] ^ 1 << random.Next(8)), .. bytes[(at + 1)..]],
                1 => [.. bytes[..at], .. bytes[end..]],
                2 => [.. bytes[..end], .. bytes[at..]],
                3 => [.. bytes[..at], .. Words[random.Next(Words.Length)], .. bytes[at..]],
                4 => [.. bytes[..at], .. Words[random.Next(Words.Length)], .. bytes[end..]],
                _ when random.Next(8) == 0 => bytes[..at],
                _ => bytes,
            };
        }
        return bytes;
    }
}
