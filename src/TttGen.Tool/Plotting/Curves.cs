using System.Text.Json;

namespace TttGen.Tool.Plotting;

/// <summary>One look at the inner loop of one layer: means over tokens and heads.</summary>
/// <param name="Step">When.</param>
/// <param name="Layer">Which block.</param>
/// <param name="Initial">ℓ(θ₀).</param>
/// <param name="Before">ℓ(θ) before each mini-batch.</param>
/// <param name="After">ℓ(θ) after it.</param>
public sealed record InnerPoint(long Step, int Layer, double Initial, double Before, double After);

/// <summary>How a training went: what its metrics.jsonl says.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Steps">Step, tokens, loss (nats a token), norm of the gradient, learning rate.</param>
/// <param name="HeldOut">Held-out nats a byte of each text, by step.</param>
/// <param name="Inner">Inner losses.</param>
public sealed record Curves(
    string Name,
    IReadOnlyList<(long Step, double Tokens, double Loss, double Norm, double Rate)> Steps,
    IReadOnlyDictionary<string, List<(long Step, double Nats)>> HeldOut,
    IReadOnlyList<InnerPoint> Inner)
{
    /// <summary>Reads a training's folder, or its metrics.jsonl. A last line that a kill cut off is left away.</summary>
    /// <exception cref="TttException">There is no such file, a line of it is damaged, or it has no steps.</exception>
    public static Curves Read(string path)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, "metrics.jsonl") : path;
        if (!File.Exists(file)) throw new TttException($"{file}: expected the metrics of a training, found no such file; give the folder of train --out");
        var text = File.ReadAllText(file);
        var lines = text.Split('\n');
        // what follows the last line break is empty, or was cut off
        lines = lines[..^1];
        var steps = new List<(long, double, double, double, double)>();
        var heldOut = new Dictionary<string, List<(long, double)>>();
        var inner = new List<InnerPoint>();
        for (var i = 0; i < lines.Length; i++)
        {
            try
            {
                using var line = JsonDocument.Parse(lines[i]);
                Add(line.RootElement);
            }
            catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
            {
                throw new TttException($"{file}, line {i + 1}: expected a JSON object of train, found '{(lines[i].Length > 60 ? lines[i][..60] + "…" : lines[i])}'", error);
            }
        }
        if (steps.Count == 0) throw new TttException($"{file}: expected at least one step, found none");
        var name = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file))) ?? file;
        return new Curves(name, steps, heldOut, inner);

        void Add(JsonElement line)
        {
            var step = line.GetProperty("step").GetInt64();
            if (line.TryGetProperty("held_out", out var texts))
            {
                foreach (var t in texts.EnumerateObject())
                {
                    if (!heldOut.TryGetValue(t.Name, out var points)) heldOut[t.Name] = points = [];
                    points.Add((step, t.Value.GetDouble()));
                }
            }
            else if (line.TryGetProperty("inner", out var layers))
            {
                inner.AddRange(layers.EnumerateArray().Select(l => new InnerPoint(
                    step, l.GetProperty("layer").GetInt32(), l.GetProperty("initial").GetDouble(), l.GetProperty("before").GetDouble(), l.GetProperty("after").GetDouble())));
            }
            else
            {
                steps.Add((step, line.GetProperty("tokens").GetDouble(), line.GetProperty("loss").GetDouble(), line.GetProperty("grad_norm").GetDouble(), line.GetProperty("learning_rate").GetDouble()));
            }
        }
    }
}
