using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TttGen.App.CommandLine;
using TttGen.Checkpoints;
using TttGen.Training;

namespace TttGen.App.Training;

/// <summary>The options that say what a training starts from.</summary>
internal sealed class FirstWeights
{
    private readonly Option<string> _from = new("--from") { Description = "Checkpoint directory to start from. Default: random weights, N(0, 0.02)", HelpName = "directory" };

    private readonly Option<ModelSetting[]> _set = new("--set")
    {
        Description = "A number of the model, for example rope_theta=10000 or ttt_base_lr=0.1; may be given several times",
        HelpName = "key=number",
        DefaultValueFactory = static _ => [],
        CustomParser = static result => [.. result.Tokens.Select(token => Parse(result, token.Value))],
    };

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_from);
        command.Options.Add(_set);
    }

    /// <summary>The settings with what is given on the command line, and the numbers that <c>--from</c> was trained with.</summary>
    public TrainingSettings Apply(ParseResult arguments, TrainingSettings settings)
    {
        var from = arguments.Given(_from, settings.From);
        var numbers = settings.Set.ToDictionary(static setting => setting.Key, static setting => setting.Value, StringComparer.Ordinal);
        foreach (var setting in arguments.GetValue(_set)!)
            numbers[setting.Key] = setting.Value;
        return settings with { From = from, Set = [.. numbers.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => new ModelSetting(pair.Key, pair.Value))] };
    }

    /// <summary>Reads the weights of <c>--from</c> into a model.</summary>
    /// <returns>The settings with the numbers that its config.json has and the command line does not.</returns>
    /// <exception cref="TttException">It does not fit the model.</exception>
    public static TrainingSettings Load(TrainingSettings settings, TrainableModel model)
    {
        if (settings.From.Length == 0)
            return settings;
        using var checkpoint = Checkpoint.Open(settings.From);
        checkpoint.Config.Check(model.Definition.Config, model.Definition.Name);
        checkpoint.Check(model.Definition.Parameters, model.Definition.Name);
        model.Load(checkpoint);
        var missing = model.Settings.Where(known => checkpoint.Config.Has(known.Key) && settings.Set.All(given => given.Key != known.Key));
        return settings with
        {
            Set = [.. settings.Set.Concat(missing.Select(known => new ModelSetting(known.Key, checkpoint.Config.Double(known.Key)))).OrderBy(static setting => setting.Key, StringComparer.Ordinal)],
        };
    }

    private static ModelSetting Parse(ArgumentResult result, string text)
    {
        if (text.Split('=', 2) is [{ Length: > 0 } key, var number] && !key.Contains(' ') && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
            return new ModelSetting(key, value);
        result.AddError($"--set: expected key=number, found '{text}'");
        return new ModelSetting("", 0);
    }
}
