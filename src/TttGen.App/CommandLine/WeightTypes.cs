using TttGen.Cpu;

namespace TttGen.App.CommandLine;

/// <summary>The names of weight types on the command line, in reports and in workloads.</summary>
internal static class WeightTypes
{
    /// <summary>f32, bf16 or int8.</summary>
    public static string Name(this WeightType type) => type switch
    {
        WeightType.Float32 => "f32",
        WeightType.BFloat16 => "bf16",
        WeightType.Int8 => "int8",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Bytes a matrix element takes.</summary>
    public static int Bytes(this WeightType type) => type switch
    {
        WeightType.Float32 => 4,
        WeightType.BFloat16 => 2,
        WeightType.Int8 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The inverse of <see cref="Name"/>.</summary>
    public static bool TryParse(string name, out WeightType type)
    {
        foreach (var candidate in (ReadOnlySpan<WeightType>)[WeightType.Float32, WeightType.BFloat16, WeightType.Int8])
        {
            type = candidate;
            if (candidate.Name() == name)
                return true;
        }
        type = default;
        return false;
    }
}
