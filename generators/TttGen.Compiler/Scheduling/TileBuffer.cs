using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>Who owns a buffer of a tile kernel.</summary>
public enum BufferKind
{
    /// <summary>Passed in and read.</summary>
    Input,

    /// <summary>Passed in and written.</summary>
    Output,

    /// <summary>Passed in, read, and replaced by what the kernel makes of it: a state.</summary>
    InPlace,

    /// <summary>Working memory of one call.</summary>
    Scratch,
}

/// <summary>A tensor in memory while a kernel runs.</summary>
/// <param name="Name">As the generated code calls it.</param>
/// <param name="Shape">Its axes, the last one contiguous.</param>
/// <param name="Kind">Who owns it.</param>
/// <param name="Argument">What of the program's it is; null for working memory.</param>
public sealed record TileBuffer(string Name, Axis[] Shape, BufferKind Kind, Argument? Argument = null)
{
    /// <summary>Rows lie apart by a stride that is passed in: a slice of a wider tensor.</summary>
    public bool Strided { get; } = Argument is { IsLayerRows: true } && Shape.Length == 2;
}
