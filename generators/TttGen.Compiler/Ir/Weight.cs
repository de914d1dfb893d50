namespace TttGen.Compiler.Ir;

/// <summary>A parameter of an inner model. A fast one is updated at test time, a slow one is learnt in training only.</summary>
public sealed record Weight(string Name, Axis[] Shape, bool Fast);
