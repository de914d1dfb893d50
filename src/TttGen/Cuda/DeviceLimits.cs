namespace TttGen.Cuda;

/// <summary>What a device can do at most.</summary>
/// <param name="Gflops">Fused multiply-adds in f32, 10⁹ floating-point operations a second.</param>
/// <param name="Bandwidth">Reading and writing its memory, 10⁹ bytes a second.</param>
public readonly record struct DeviceLimits(double Gflops, double Bandwidth);
