using TttGen.Cpu;
using TttGen.Numerics.Tests.Spec;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>How wide this process's vectors are, and what models compute with them.</summary>
/// <param name="Bits"><see cref="VectorLevel.Bits"/>.</param>
/// <param name="Logits">All logits of the first sequence of some golden cases, and of models of odd sizes.</param>
internal sealed record LevelLogits(int Bits, IReadOnlyDictionary<string, double[]> Logits)
{
    /// <summary>Both inner models, both backbones, heads of 16, 64 and 96.</summary>
    public static IReadOnlyList<string> Goldens { get; } = ["linear-transformer-heads-of-96", "linear-mamba-heads-of-64", "mlp-transformer", "mlp-mamba-ragged-21"];

    private static readonly string[] Models = ["LinearBySix", "MlpByTen", "SwiGluByTen", "TiedBySix", "GainByTen"];

    public static LevelLogits Compute()
    {
        var logits = new Dictionary<string, double[]>();
        foreach (var name in Goldens)
        {
            using var golden = new GoldenCase(name);
            using var model = CompiledModels.Load(golden, name);
            logits[name] = model.AllLogits(golden.Tokens(0));
            logits[$"{name}, token by token"] = model.DecodedLogits(golden.Tokens(0));
        }
        foreach (var name in Models)
        {
            using var model = SmallModel.All[name].Load();
            logits[name] = model.AllLogits([.. Enumerable.Range(0, 31)]);
        }
        return new(VectorLevel.Bits, logits);
    }

    public void Write(string path)
    {
        using var to = new BinaryWriter(File.Create(path));
        to.Write(Bits);
        to.Write(Logits.Count);
        foreach (var (name, numbers) in Logits)
        {
            to.Write(name);
            to.Write(numbers.Length);
            foreach (var number in numbers) to.Write(number);
        }
    }

    public static LevelLogits Read(string path)
    {
        using var from = new BinaryReader(File.OpenRead(path));
        var bits = from.ReadInt32();
        var logits = new Dictionary<string, double[]>();
        for (var count = from.ReadInt32(); count > 0; count--)
        {
            var name = from.ReadString();
            var numbers = new double[from.ReadInt32()];
            for (var i = 0; i < numbers.Length; i++) numbers[i] = from.ReadDouble();
            logits[name] = numbers;
        }
        return new(bits, logits);
    }
}
