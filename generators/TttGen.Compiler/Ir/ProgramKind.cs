namespace TttGen.Compiler.Ir;

/// <summary>What a program of a memory's scan does; the method of its kernel is called so.</summary>
public enum ProgramKind
{
    /// <summary>A whole mini-batch.</summary>
    MiniBatch,

    /// <summary>Rows of a mini-batch from any place in it.</summary>
    Step,

    /// <summary>One token.</summary>
    Token,

    /// <summary>The end of a mini-batch that was read in parts.</summary>
    Close,

    /// <summary>What rows do to the state, without their answers.</summary>
    Gather,

    /// <summary>A whole mini-batch's inner gradient.</summary>
    InnerGradient,

    /// <summary>The weights after a whole mini-batch, from its inner gradient.</summary>
    Advance,

    /// <summary>The gradient of <see cref="MiniBatch"/>.</summary>
    MiniBatchBackward,

    /// <summary>The gradient of <see cref="Step"/>.</summary>
    StepBackward,

    /// <summary>The gradient of <see cref="Token"/>.</summary>
    TokenBackward,

    /// <summary>The gradient of <see cref="Close"/>.</summary>
    CloseBackward,

    /// <summary>The coefficients of an optimiser's step.</summary>
    Coefficients,

    /// <summary>The gradient of <see cref="Coefficients"/>.</summary>
    CoefficientsBackward,

    /// <summary>The inner loss of each row.</summary>
    Losses,
}
