using BenchmarkDotNet.Attributes;

namespace TttGen.Benchmarks;

/// <summary>The same measurements under BenchmarkDotNet: distributions and allocations, for a quiet machine.</summary>
[MemoryDiagnoser]
public class PrimitiveBenchmarks
{
    private Measurement _measurement = null!;

    /// <summary>Which of them.</summary>
    [ParamsSource(nameof(Names))]
    public string Name { get; set; } = "";

    /// <summary>Prefill and inner products.</summary>
    public static IEnumerable<string> Names => All().Select(m => m.Name);

    /// <summary>Operands.</summary>
    [GlobalSetup]
    public void Prepare() => _measurement = All().First(m => m.Name == Name);

    /// <summary>One run of a measurement: of a tile or a function, several hundred calls.</summary>
    [Benchmark]
    public void Run() => _measurement.Run();

    private static IEnumerable<Measurement> All() => [.. Panels.All(), .. Tiles.All(), .. Functions.All()];
}
