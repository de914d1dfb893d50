using TttGen.Checkpoints;
using TttGen.Numerics.Tests.Compiled;
using TttGen.Training;

namespace TttGen.Numerics.Tests.Training;

/// <summary>A reference case as a batch that learns, and the reference's gradients.</summary>
internal sealed class GoldenBatch : IDisposable
{
    private readonly string _directory;
    private readonly SafetensorsFile _gradients;

    public GoldenBatch(string name, TrainableOptions? options = null)
    {
        _directory = Path.Combine(AppContext.BaseDirectory, "golden", name);
        using var ids = SafetensorsFile.Open(Path.Combine(_directory, "case.safetensors"));
        var shape = ids.Tensors["input_ids"].Shape;
        var tokens = new long[shape[0] * shape[1]];
        ids.ReadInt64("input_ids", 0, tokens);
        (Sequences, Length) = ((int)shape[0], (int)shape[1]);
        Tokens = [.. tokens.Select(t => (int)t)];
        _gradients = SafetensorsFile.Open(Path.Combine(_directory, "gradients.safetensors"));
        Model = (CompiledTrainable)CompiledModels.OfGolden[name].CreateTrainable(1, options ?? new TrainableOptions { Threads = 2, MaxTokens = Tokens.Length });
        using var checkpoint = Checkpoint.Open(_directory);
        Model.Load(checkpoint);
    }

    public CompiledTrainable Model { get; }

    public int Sequences { get; }

    public int Length { get; }

    public int[] Tokens { get; }

    /// <summary>Next tokens; none after the last.</summary>
    public int[] Targets => [.. Enumerable.Range(0, Tokens.Length).Select(i => i % Length == Length - 1 ? -1 : Tokens[i + 1])];

    public TrainingBatch Whole => new(Tokens, Targets, [.. Enumerable.Repeat(new TrainingSequence(Length), Sequences)]);

    /// <summary>The reference's loss is a mean.</summary>
    public double Scale => 1.0 / (Sequences * (Length - 1));

    public double Loss => Reference("loss")[0];

    /// <summary>By a tensor, or by the piece of one that a key tells: pieces lie behind one another.</summary>
    public double[] Gradient(string key)
    {
        if (key[^1] != ']') return Reference("grad." + key);
        var tensor = key[..key.LastIndexOf('[')];
        var pieces = Model.Tensors.Where(t => t.Key.StartsWith(tensor + "[", StringComparison.Ordinal)).OrderBy(t => t.Key, StringComparer.Ordinal).ToList();
        var first = pieces.TakeWhile(t => t.Key != key).Sum(t => t.Count);
        return Reference("grad." + tensor)[(int)first..(int)(first + pieces.Single(t => t.Key == key).Count)];
    }

    public void Dispose()
    {
        Model.Dispose();
        _gradients.Dispose();
    }

    private double[] Reference(string key)
    {
        var numbers = new float[_gradients.Tensors[key].Shape.Aggregate(1L, (n, size) => n * size)];
        _gradients.Read(key, 0, numbers);
        return Array.ConvertAll(numbers, x => (double)x);
    }
}
