using System.CommandLine;
using System.Globalization;
using TttGen.App.CommandLine;
using TttGen.Training;

namespace TttGen.App.Training;

/// <summary>The options that say what is read, and how much of it at a time.</summary>
internal sealed class BatchArguments
{
    private static readonly TrainingSettings Standard = new();

    private readonly Argument<string[]> _texts = new("texts")
    {
        Description = "Text files, or folders of *.txt; moby-dick.txt*4 is drawn from four times as often. A form feed ends a document",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> _tokenizer = new("--tokenizer")
    {
        Description = "Tokenizer file or the directory it is in. Default: that of --from; else bytes, where the model has 256 tokens",
        HelpName = "path",
    };

    private readonly Option<decimal> _heldOut = new("--held-out")
    {
        Description = "Share of each file, at its end, to evaluate on and not to learn from",
        HelpName = "number",
        DefaultValueFactory = static _ => Standard.HeldOut,
        CustomParser = static result =>
        {
            if (decimal.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and < 1)
                return share;
            result.AddError($"--held-out: expected a number from 0 to less than 1, found '{result.Tokens[0].Value}'");
            return default;
        },
    };

    private readonly Option<int> _context = Numbers.Integer("--context", "Tokens of a sequence", Standard.Context, 1, 1 << 24);
    private readonly Option<int> _batch = Numbers.Integer("--batch", "Sequences of a call", Standard.Batch, 1, 1 << 20);
    private readonly Option<int> _accumulate = Numbers.Integer("--accumulate", "Calls whose gradients make one step", Standard.Accumulate, 1, 1 << 20);
    private readonly Option<int> _checkpointEvery = Numbers.Integer("--checkpoint-every", "Mini-batches between saved inner states; those between are recomputed in the backward pass", Standard.CheckpointEvery, 1, int.MaxValue);
    private readonly Option<bool> _packed = new("--packed") { Description = "Cut sequences where documents end; each part starts afresh" };
    private readonly Option<int> _carry = Numbers.Integer("--carry", "Tokens read one context after another with the state carried, a multiple of --context; 0: none", Standard.Carry, 0, int.MaxValue);
    private readonly Option<int> _steps = Numbers.Integer("--steps", "Steps of the whole training", 0, 1, int.MaxValue).WithoutDefault();
    private readonly Option<double> _minutes = Numbers.Real("--minutes", "Minutes of the whole training, in place of --steps: the rate follows the clock, so no two trainings are alike, and time before a stop counts", 0, 1e-3, 1e7).WithoutDefault();
    private readonly Option<int> _seed = Numbers.Integer("--seed", "Same seed, same training", Standard.Seed, 0, int.MaxValue);

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Add(_texts);
        foreach (var option in (ReadOnlySpan<Option>)[_tokenizer, _heldOut, _context, _batch, _accumulate, _checkpointEvery, _packed, _carry, _steps, _minutes, _seed])
            command.Options.Add(option);
    }

    /// <summary>The settings with what is given on the command line.</summary>
    public TrainingSettings Apply(ParseResult arguments, TrainingSettings settings) => settings with
    {
        Texts = arguments.GetValue(_texts) is { Length: > 0 } texts ? texts : settings.Texts,
        Tokenizer = arguments.Given(_tokenizer, settings.Tokenizer),
        HeldOut = arguments.Given(_heldOut, settings.HeldOut),
        Context = arguments.Given(_context, settings.Context),
        Batch = arguments.Given(_batch, settings.Batch),
        Accumulate = arguments.Given(_accumulate, settings.Accumulate),
        CheckpointEvery = arguments.Given(_checkpointEvery, settings.CheckpointEvery),
        Packed = arguments.Given(_packed, settings.Packed),
        Carry = arguments.Given(_carry, settings.Carry),
        Steps = arguments.IsInRegister(_steps) ? arguments.GetValue(_steps) : settings.Steps,
        Minutes = arguments.Given(_minutes, settings.Minutes),
        Seed = arguments.Given(_seed, settings.Seed),
    };
}
