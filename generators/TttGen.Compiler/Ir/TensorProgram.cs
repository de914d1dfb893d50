namespace TttGen.Compiler.Ir;

/// <summary>A straight-line tensor program: what one generated kernel computes.</summary>
public sealed record TensorProgram(string Name, string Summary, Graph Graph, IReadOnlyList<Input> Inputs, IReadOnlyList<(string Name, Node Value)> Outputs);
