using System.CommandLine;
using TttGen.App.CommandLine;
using TttGen.Inference.Sampling;

namespace TttGen.App.Generating;

/// <summary>The options that say how the next token is drawn.</summary>
internal sealed class SamplingArguments
{
    private readonly Option<bool> _greedy = new("--greedy") { Description = "Always the likeliest token" };
    private readonly Option<double> _temperature = Numbers.Real("--temperature", "Logits are divided by this; 0 is greedy", 0.8, 0, 100);
    private readonly Option<int> _topK = Numbers.Integer("--top-k", "Draw from the k likeliest tokens; 0: from all", 0, 0, int.MaxValue);
    private readonly Option<double> _topP = Numbers.Real("--top-p", "Draw from the likeliest tokens that together reach this probability", 0.95, 0, 1);
    private readonly Option<double> _minP = Numbers.Real("--min-p", "Draw from tokens at least this likely beside the likeliest", 0, 0, 1);
    private readonly Option<double> _penalty = Numbers.Real("--repetition-penalty", "Tokens read or written before become less likely; 1: no", 1, 0.01, 100);
    private readonly Option<ulong?> _seed = new("--seed") { Description = "Same seed, same text. Default: another one every time", HelpName = "number" };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (ReadOnlySpan<Option>)[_greedy, _temperature, _topK, _topP, _minP, _penalty, _seed])
            command.Options.Add(option);
    }

    /// <summary>The options as given.</summary>
    public SamplerOptions Options(ParseResult arguments) => new()
    {
        Temperature = arguments.GetValue(_greedy) ? 0 : arguments.GetValue(_temperature),
        TopK = arguments.GetValue(_topK),
        TopP = arguments.GetValue(_topP),
        MinP = arguments.GetValue(_minP),
        RepetitionPenalty = arguments.GetValue(_penalty),
        Seed = arguments.GetValue(_seed) ?? (ulong)Random.Shared.Next(),
    };
}
