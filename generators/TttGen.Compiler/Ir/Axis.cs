namespace TttGen.Compiler.Ir;

/// <summary>A named dimension. Size 0: still generic. Size −1: the rows of one call, known at run time.</summary>
public readonly record struct Axis(string Name, int Size)
{
    /// <summary>The rows of one call, at most one mini-batch in an inner loop.</summary>
    public static readonly Axis Rows = new("n", -1);

    /// <summary>Whether this is <see cref="Rows"/>, or rows of another name.</summary>
    public bool IsRows => Size < 0;

    /// <summary>What a loop over the axis is taken to cost where orders of contraction are compared.</summary>
    public long Cost => Size <= 0 ? 16 : Size;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
