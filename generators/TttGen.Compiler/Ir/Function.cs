namespace TttGen.Compiler.Ir;

/// <summary>Functions of one number. Each has one line in <see cref="Derivation.Vjp"/>'s table of slopes.</summary>
public enum Function { Tanh, Exp, Log, Sigmoid, Rsqrt, Recip, Softplus }
