namespace TttGen.Cuda;

/// <summary>Groups of threads of a launch.</summary>
/// <param name="X">Groups along x: 1 to 2³¹ − 1.</param>
/// <param name="Y">Groups along y: 1 to 65535.</param>
/// <param name="Z">Groups along z: 1 to 65535.</param>
public readonly record struct Grid(int X, int Y = 1, int Z = 1);
