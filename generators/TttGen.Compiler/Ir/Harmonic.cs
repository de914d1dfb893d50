namespace TttGen.Compiler.Ir;

/// <summary>1 / (i + 1) at each place i of an axis.</summary>
public sealed class Harmonic(int id, Axis axis) : Input(id, [axis], "harmonic");
