using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>How numbers lie in memory.</summary>
internal enum Storage
{
    /// <summary>As they are.</summary>
    Float,

    /// <summary>As bf16: rounded on the way to memory.</summary>
    BFloat16,

    /// <summary>As floats that hold no more than a bf16 does.</summary>
    RoundedFloat,
}

/// <summary>Where a value lies: a row of numbers, or one.</summary>
/// <param name="Column">The place of a column: on a CPU the address of it, on a GPU the element. One number has the same for every column.</param>
/// <param name="Storage">How it lies there.</param>
internal sealed record Address(Func<Expr, Expr> Column, Storage Storage = Storage.Float)
{
    /// <summary>A row from an address on.</summary>
    public static Address Pointer(Expr start) => new(column => start + column) { Start = start };

    /// <summary>A row from an address on.</summary>
    public static Address Pointer(string start) => Pointer(Expr.Name(start));

    /// <summary>A row of a view, from an index on.</summary>
    public static Address View(Expr view, Expr? first = null, Storage storage = Storage.Float) => new(column => Expr.Element(view, first is null ? column : first + column), storage);

    /// <summary>One number.</summary>
    public static Address Number(Expr place) => new(_ => place);

    /// <summary>The address of the first column; null where it has none.</summary>
    public Expr? Start { get; private init; }

    /// <summary>The one number's place.</summary>
    public Expr Single => Column(Expr.Name("0"));
}
