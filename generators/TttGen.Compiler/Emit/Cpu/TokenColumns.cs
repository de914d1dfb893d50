using TttGen.Compiler.Language;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>What a scan's method is given of each token beside key, value and query, and how a driver's call gets it: rates, or what an optimiser's step takes.</summary>
internal sealed class TokenColumns(LinkedMemory memory)
{
    private readonly bool _descends = memory.Optimiser is null;
    private readonly int[] _inputs = [.. Enumerable.Range(0, memory.Optimiser?.Inputs.Count ?? 0)];

    /// <summary>Parameters, each with a comma behind it.</summary>
    public string Parameters => _descends ? "T* rate, nint rateRow, T* tok, " : string.Concat(_inputs.Select(k => $"T* input{k}, nint input{k}Row, "));

    /// <summary>Parameters for the gradients.</summary>
    public string GradientParameters => _descends ? "T* dRate, nint dRateRow, T* dTok, " : string.Concat(_inputs.Select(k => $"T* dInput{k}, nint dInput{k}Row, "));

    /// <summary>Initialises a call's pointer to the rates of places, with a comma behind it.</summary>
    public string TokenRate => _descends ? "TokenRate = tok, " : "";

    /// <summary>Initialises a gradient call's pointer to them.</summary>
    public string TokenRateGradient => _descends ? "TokenRate = dTok, " : "";

    /// <summary>Initialises a call's columns.</summary>
    public string Views => _descends ? "Rate = new(rate, rateRow)" : $"Inputs = global::TttGen.Scans.TokenInputs<T>.Of([{string.Join(", ", _inputs.Select(k => $"new(input{k}, input{k}Row)"))}])";

    /// <summary>Initialises a gradient call's columns.</summary>
    public string GradientViews => _descends ? "Rate = new(dRate, dRateRow)" : $"Inputs = global::TttGen.Scans.TokenInputs<T>.Of([{string.Join(", ", _inputs.Select(k => $"new(dInput{k}, dInput{k}Row)"))}])";

    /// <summary>Documents the parameters.</summary>
    public IEnumerable<string> Docs => _descends
        ? ["/// <param name=\"rate\">[tokens], rateRow apart: the inner rate of each.</param>", "/// <param name=\"tok\">[mini-batch]: what the gradient sum is scaled by at each place.</param>"]
        : memory.Optimiser!.Inputs.Select((name, k) => $"/// <param name=\"input{k}\">[tokens], input{k}Row apart: {Texts.Xml(name)}.</param>");
}
