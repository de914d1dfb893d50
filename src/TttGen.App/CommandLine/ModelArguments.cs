using System.CommandLine;
using TttGen.Cpu;
using TttGen.Inference;
using TttGen.Text;

namespace TttGen.App.CommandLine;

/// <summary>The options by which every verb finds its model.</summary>
internal sealed class ModelArguments(ModelDefinition definition, AppConsole console)
{
    private readonly Option<string?> _directory = new("--model")
    {
        Description = "Checkpoint directory: config.json, model.safetensors and, unless the model reads bytes, a tokenizer. Default: the folder 'model' beside the program",
        HelpName = "directory",
    };

    private readonly Option<WeightType> _weights = new("--weights")
    {
        Description = "How matrices are stored and computed from: f32, bf16 or int8",
        HelpName = "type",
        DefaultValueFactory = static _ => WeightType.Float32,
        CustomParser = static result =>
        {
            if (WeightTypes.TryParse(result.Tokens[0].Value, out var type))
                return type;
            result.AddError($"--weights: expected f32, bf16 or int8, found '{result.Tokens[0].Value}'");
            return default;
        },
    };

    private readonly Option<CacheType> _cache = new("--cache")
    {
        Description = "How keys and values are kept in a sequence's state, of models that attend: f32 or bf16",
        HelpName = "type",
        DefaultValueFactory = static _ => CacheType.Float32,
        CustomParser = static result =>
        {
            switch (result.Tokens[0].Value)
            {
                case "f32":
                    return CacheType.Float32;
                case "bf16":
                    return CacheType.BFloat16;
                case var other:
                    result.AddError($"--cache: expected f32 or bf16, found '{other}'");
                    return default;
            }
        },
    };

    private readonly Option<int> _threads = Numbers.Integer("--threads", "Worker threads; 0: one a processor", 0, 0, WorkerPool.MostThreads);

    private readonly Option<long?> _maxContext = Numbers.OptionalInteger("--max-context", "Tokens that a sequence may have; what would read more is refused before it begins. Default: any number", 1, long.MaxValue);

    private readonly DeviceArgument _device = new(definition, console);

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command, bool weights = true)
    {
        command.Options.Add(_directory);
        if (weights)
        {
            command.Options.Add(_weights);
            command.Options.Add(_cache);
        }
        command.Options.Add(_threads);
        command.Options.Add(_maxContext);
        command.Options.Add(_device.Option);
    }

    /// <summary>The checkpoint asked for, or the one beside the program; null if there is none.</summary>
    public string? FindDirectory(ParseResult arguments)
    {
        if (arguments.GetValue(_directory) is { } given)
        {
            return Directory.Exists(given)
                ? given
                : throw new TttException($"--model {given}: expected a checkpoint directory, found {(File.Exists(given) ? "a file" : "nothing there")}");
        }
        var beside = Path.Combine(console.ProgramDirectory, "model");
        return Directory.Exists(beside) ? beside : null;
    }

    /// <summary>As <see cref="FindDirectory"/>, where nothing can be done without one.</summary>
    public string RequireDirectory(ParseResult arguments) =>
        FindDirectory(arguments) ?? throw new TttException($"{Path.Combine(console.ProgramDirectory, "model")}: no checkpoint there; give one with --model DIRECTORY");

    /// <summary>Opens the device that the model shall run on, and which must outlive it.</summary>
    public ChosenDevice OpenDevice(ParseResult arguments) => _device.Open(arguments, arguments.GetResult(_weights) is null ? WeightType.Float32 : arguments.GetValue(_weights));

    /// <summary>Loads the weights.</summary>
    public TttModel Load(ParseResult arguments, string directory, ChosenDevice device) => Limited(definition.Load(directory, Options(arguments, device)), arguments);

    /// <summary>The model with its limit, which one on a device is not given at its making.</summary>
    public TttModel Limited(TttModel model, ParseResult arguments)
    {
        if (model is BatchedModel limited) limited.MaxContext = MaxContext(arguments);
        return model;
    }

    /// <summary>Tokens that a sequence may have; null: any number.</summary>
    public long? MaxContext(ParseResult arguments) => arguments.GetValue(_maxContext);

    /// <summary>Loading options as given.</summary>
    public ModelOptions Options(ParseResult arguments, ChosenDevice device) =>
        new() { Weights = arguments.GetValue(_weights), Cache = arguments.GetValue(_cache), Threads = arguments.GetValue(_threads), Device = device.Device, MaxContext = MaxContext(arguments) };

    /// <summary>The checkpoint's tokenizer, which must be of the model's size.</summary>
    public static Tokenizer LoadTokenizer(string directory, TttModel model)
    {
        var tokenizer = Tokenizer.Load(directory);
        return tokenizer.VocabularySize <= model.Vocabulary
            ? tokenizer
            : throw new TttException($"{directory}: the tokenizer has {tokenizer.VocabularySize} tokens, the model {model.Vocabulary}; they are not of one checkpoint");
    }
}
