namespace TttGen.Compiler.Ir;

/// <summary>Functions of one number. Each has one line in the table of slopes of <see cref="Derivation.Vjp"/>.</summary>
public enum Function
{
    /// <summary>tanh x</summary>
    Tanh,

    /// <summary>eˣ</summary>
    Exp,

    /// <summary>ln x</summary>
    Log,

    /// <summary>1 / (1 + e⁻ˣ)</summary>
    Sigmoid,

    /// <summary>1 / √x</summary>
    Rsqrt,

    /// <summary>√x</summary>
    Sqrt,

    /// <summary>1 / x</summary>
    Recip,

    /// <summary>ln(1 + eˣ)</summary>
    Softplus,

    /// <summary>max(0, x)</summary>
    Max0,

    /// <summary>1 where x > 0, otherwise 0</summary>
    Step,

    /// <summary>sin x</summary>
    Sin,

    /// <summary>cos x</summary>
    Cos,

    /// <summary>x itself, as a value apart: one that may lie elsewhere in memory.</summary>
    Copy,
}
