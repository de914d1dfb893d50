using System.Globalization;

namespace TttGen.Gpu.Timing;

/// <summary>Something to be timed.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Weights">f32 or bf16.</param>
/// <param name="Work">prefill or decode.</param>
/// <param name="Tokens">Tokens of each sequence; 1 for decoding.</param>
/// <param name="Batch">Sequences.</param>
internal sealed record Case(string Model, string Weights, string Work, int Tokens, int Batch)
{
    /// <summary>The work of reading whole sequences.</summary>
    public const string Prefill = "prefill";

    /// <summary>The work of reading a token of each sequence.</summary>
    public const string Decode = "decode";

    /// <summary>What is timed of each model, the most telling first: a run may end for want of time.</summary>
    private static readonly (string Work, int Tokens, int Batch)[] Works =
    [
        (Decode, 1, 1), (Prefill, 2048, 1), (Decode, 1, 128), (Prefill, 8192, 1), (Prefill, 2048, 16), (Decode, 1, 16), (Decode, 1, 512), (Prefill, 32768, 1), (Prefill, 8192, 16), (Prefill, 32768, 16),
    ];

    /// <summary>Every case of the table.</summary>
    public static IReadOnlyList<Case> All { get; } =
    [
        .. from model in (string[])["linear-125m", "mlp-125m", "linear-1b", "mlp-1b"]
           from weights in (string[])["f32", "bf16"]
           from work in Works
           select new Case(model, weights, work.Work, work.Tokens, work.Batch),
    ];

    /// <summary>A line of words, as <see cref="ToString"/> gives it: <c>linear-125m f32 prefill 2048 16</c>.</summary>
    /// <exception cref="TttException">It is no case.</exception>
    public static Case Parse(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words is [var model, "f32" or "bf16", Prefill or Decode, _, _]
            && int.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var tokens) && tokens > 0
            && int.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out var batch) && batch > 0
            && (words[2] == Prefill || tokens == 1)
            ? new Case(model, words[1], words[2], tokens, batch)
            : throw new TttException($"expected a case such as 'linear-125m f32 prefill 2048 16' or 'mlp-1b bf16 decode 1 128', found '{line}'");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Model} {Weights} {Work} {Tokens} {Batch}");
}
