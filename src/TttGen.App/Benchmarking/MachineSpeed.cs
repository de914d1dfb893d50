using TttGen.Cpu;

namespace TttGen.App.Benchmarking;

/// <summary>What the machine can do at most.</summary>
/// <param name="Gflops">Fused multiply-adds out of registers, 10⁹ floating-point operations a second.</param>
/// <param name="Bandwidth">Reading memory, 10⁹ bytes a second.</param>
internal readonly record struct MachineSpeed(double Gflops, double Bandwidth)
{
    /// <summary>One measurement, some tenths of a second long.</summary>
    public static MachineSpeed Measure(int threads) => new(MachineLimits.FmaGflops(threads), MachineLimits.ReadBandwidth(threads));

    /// <summary>The better of each.</summary>
    public MachineSpeed Best(MachineSpeed other) => new(Math.Max(Gflops, other.Gflops), Math.Max(Bandwidth, other.Bandwidth));
}
