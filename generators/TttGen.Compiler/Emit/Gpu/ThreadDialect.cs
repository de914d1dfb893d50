using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>
/// One thread's share of a row: plain floats, or four at a time. Columns are dealt out to the <c>lanes</c> threads that work on a row together. An address is an
/// element of a view in which <c>$j</c> stands for the column.
/// </summary>
/// <param name="loop">The head of the loop over a thread's columns j, by their bound.</param>
/// <param name="sum">The sum over the lanes of a row, of what each has added up.</param>
/// <param name="mayStore">Which threads store; null: all.</param>
internal sealed class ThreadDialect(Func<ColumnLoop, string> loop, Func<string, string> sum, string? mayStore) : RowDialect
{
    /// <summary>Before an address: sixteen bits of a float, rounded on the way to memory.</summary>
    public const string Half = "~";

    /// <summary>Before an address: a float that holds no more than sixteen bits do.</summary>
    public const string Rounded = "^";

    /// <summary>Numbers that every lane reads and one replaces: written when all have read them.</summary>
    public Func<string, bool> InPlace { get; init; } = _ => false;

    /// <summary>A thread has four neighbouring columns at once, a <c>Float4</c>: the column is the number of such four.</summary>
    public bool InFours { get; init; }

    public override string Vector => InFours ? "Float4" : "float";

    public override string Zero => InFours ? "default(Float4)" : "0f";

    public override string LoopHead(ColumnLoop columns) => loop(columns);

    public override string Load(string row, ColumnLoop columns) => InFours ? $"Float4.At({Four(row, columns)})" : Read(row.Replace("$j", columns.Column));

    /// <summary>Reads an element.</summary>
    public static string Read(string element) => element.StartsWith(Half, StringComparison.Ordinal) ? $"Bf16.ToFloat({element.Substring(1)})" : element;

    public override string Store(string row, string value, ColumnLoop columns) =>
        Guarded(mayStore, InFours ? $"Float4.Put({Four(row, columns)}, {value});" : Write(row.Replace("$j", columns.Column), value));

    /// <summary>A view and a place in it.</summary>
    private static string Four(string row, ColumnLoop columns)
    {
        var open = row.IndexOf('[');
        return $"{row.Substring(0, open)}, {row.Substring(open + 1, row.Length - open - 2).Replace("$j", columns.Column)}";
    }

    /// <summary>Writes an element.</summary>
    public static string Write(string element, string value) => element.Substring(0, 1) switch
    {
        Half => $"{element.Substring(1)} = Bf16.Round({value});",
        Rounded => $"{element.Substring(1)} = Bf16.ToFloat(Bf16.Round({value}));",
        _ => $"{element} = {value};",
    };

    public override string StoreScalar(string target, string value) => (InPlace(target) ? "Group.Barrier(); " : "") + Guarded(mayStore is null ? "lane == 0" : mayStore + " && lane == 0", Write(target, value));

    private static string Guarded(string? condition, string statement) => condition is null ? statement : $"if ({condition}) {statement}";

    public override string MultiplyAdd(string left, string right, string added) => $"{added} + {left} * {RowExpressions.Atom(right)}";

    public override string? Broadcast(string scalar) => scalar.Contains(' ') ? null : scalar;

    public override string WithinRow(string x, ColumnLoop columns) => x;

    public override string Causal(string x) => InFours ? $"Float4.UpTo({RowExpressions.Unwrapped(x)}, 4 * j, i)" : $"(j <= i ? {x} : 0f)";

    public override string Map(Function f, string[] x) => $"Fn.{f}({string.Join(", ", x.Select(RowExpressions.Unwrapped))})";

    public override string Call(string function, string arguments) => $"Fn.{function}({arguments})";

    public override string Sum(string parts) => sum(InFours ? $"{parts}.Sum()" : parts);

    public override string Swapped(Func<string> value, Func<string> atNeighbour) => atNeighbour();
}
