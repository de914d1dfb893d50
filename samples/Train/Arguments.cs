using System.Globalization;

namespace Train;

/// <summary>What the command line asks for.</summary>
/// <param name="Model">Which of the seven.</param>
/// <param name="Steps">How long.</param>
/// <param name="Out">Folder for model, checkpoint, metrics and curves.</param>
/// <param name="Smoke">As small as can be.</param>
internal sealed record Arguments(string Model, int Steps, string Out, bool Smoke)
{
    private static readonly string[] Models = ["linear-mamba", "linear-transformer", "mlp-mamba", "mlp-transformer", "llama", "mamba", "hybrid"];

    /// <summary>Null, and a line on standard error, where an argument is not understood.</summary>
    public static Arguments? Parse(string[] args)
    {
        var (model, steps, folder, smoke) = (Models[0], 0, "", false);
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--smoke":
                    smoke = true;
                    continue;
                case "--model" when Models.Contains(value):
                    model = value;
                    break;
                case "--steps" when int.TryParse(value, CultureInfo.InvariantCulture, out steps) && steps > 0:
                    break;
                case "--out" when value.Length > 0:
                    folder = value;
                    break;
                default:
                    Console.Error.WriteLine($"error: expected [--model {string.Join('|', Models)}] [--steps N] [--out FOLDER] [--smoke], found '{args[i]} {value}'");
                    return null;
            }
            i++;
        }
        if (steps == 0) steps = smoke ? 20 : 600;
        return new Arguments(model, steps, folder.Length > 0 ? folder : $"run-{model}", smoke);
    }
}
