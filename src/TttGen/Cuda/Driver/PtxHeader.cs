using System.Globalization;
using System.Text;

namespace TttGen.Cuda.Driver;

/// <summary>The first lines of PTX: what it asks of driver and GPU.</summary>
/// <param name="Version">Of the language, ten times: 78 for 7.8.</param>
/// <param name="Capability">Of the GPU, ten times: 80 for sm_80.</param>
/// <param name="Exact">Whether later GPUs won't do: sm_90a.</param>
internal readonly record struct PtxHeader(int Version, int Capability, bool Exact)
{
    /// <summary>The oldest driver that reads it, as the driver counts: 11080 for CUDA 11.8 (PTX ISA, "Release notes").</summary>
    public int LeastDriver => Version switch
    {
        <= 85 => (Version / 10 + 4) * 1000 + Version % 10 * 10,
        86 => 12070,
        87 => 12080,
        88 or 89 => 12090,
        _ => (Version / 10 + 4) * 1000 + Version % 10 * 10,
    };

    /// <summary>Reads the directives <c>.version 7.8</c> and <c>.target sm_80</c>.</summary>
    public static PtxHeader Of(ReadOnlySpan<byte> ptx)
    {
        var head = Encoding.ASCII.GetString(ptx[..Math.Min(ptx.Length, 4096)]);
        var version = Directive(head, ".version ");
        var target = Directive(head, ".target sm_");
        var digits = target.TrimEnd('a', 'f');
        return new PtxHeader(Number(version.Replace(".", "", StringComparison.Ordinal)), Number(digits), digits.Length < target.Length);
    }

    private static string Directive(string head, string name)
    {
        var at = head.IndexOf(name, StringComparison.Ordinal);
        if (at < 0)
            return "";
        var value = head.AsSpan(at + name.Length);
        var end = value.IndexOfAny(" ,\r\n\t\0");
        return value[..(end < 0 ? value.Length : end)].ToString();
    }

    // 0 asks for nothing; the driver will say what is wrong.
    private static int Number(string digits) => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
