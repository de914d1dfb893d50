using System.Globalization;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Language;

/// <summary>Where generated code uses a name of the user's.</summary>
public enum NameScope
{
    /// <summary>Kernels over rows, and the class that holds them.</summary>
    Rows,

    /// <summary>An inner model's scan, its gradient, its kernels.</summary>
    Scan,

    /// <summary>A recurrence's scan, its gradient, its kernels.</summary>
    Recurrence,
}

/// <summary>
/// The one place where the user's identifiers become those of generated code. A name that is a keyword, that an emitter spells in that scope, or that looks like one which an
/// emitter derives from another (a gradient, a sum, a row's address) gets an underscore at its end, which no name of an emitter has; one that begins as a derived name does
/// gets a letter and an underscore in front, too, for the gradient of <c>x_</c> is <c>dX_</c>. So none of them can meet.
/// </summary>
public sealed class Identifiers(NameScope scope)
{
    private readonly HashSet<string> _taken = [];

    /// <summary>An identifier of its own; the case of its first letter tells nothing apart, for fields and gradients change it.</summary>
    public string Take(string name)
    {
        var safe = Safe(name, scope);
        var unique = safe;
        for (var k = 2; !_taken.Add(Folded(unique)); k++) unique = safe + (char.IsDigit(safe[safe.Length - 1]) ? "_" : "") + k.ToString(CultureInfo.InvariantCulture);
        return unique;
    }

    /// <summary>What a value may be called that gets its number, if it needs one, where it is written.</summary>
    public static string Safe(string name, NameScope scope) =>
        BeginsAsDerived(name, scope) ? "p_" + name + "_"
        : Keywords.Contains(name) || Keywords.Contains(Names.Lower(name)) || IsSpelled(name, scope) || EndsAsDerived(name, scope) ? name + "_"
        : name;

    /// <summary>An identifier as C# wants it written.</summary>
    public static string Written(string name) => Keywords.Contains(name) ? "@" + name : name;

    /// <summary>Every keyword of C#, those of some places among them.</summary>
    public static IReadOnlyCollection<string> Keywords { get; } = new HashSet<string>(
    [
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue", "decimal", "default", "delegate", "do", "double", "else", "enum",
        "event", "explicit", "extern", "false", "finally", "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock", "long", "namespace",
        "new", "null", "object", "operator", "out", "override", "params", "private", "protected", "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc",
        "static", "string", "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort", "using", "virtual", "void", "volatile", "while",
        "add", "alias", "allows", "and", "ascending", "args", "async", "await", "by", "descending", "dynamic", "equals", "extension", "field", "file", "from", "get", "global", "group", "init",
        "into", "join", "let", "managed", "nameof", "nint", "not", "notnull", "nuint", "on", "or", "orderby", "partial", "record", "remove", "required", "scoped", "select", "set", "unmanaged",
        "var", "when", "where", "with", "yield", "_", "__arglist", "__makeref", "__reftype", "__refvalue",
    ]);

    /// <summary>What emitters spell in both scopes: types, and locals of every kernel.</summary>
    private static readonly string[] Everywhere =
    [
        "i", "j", "n", "t", "e", "T", "V", "at", "to", "from", "first", "end", "count", "row", "rows", "columns", "item", "head", "slice", "slices", "state",
        "states", "scratch", "one", "ones", "tile", "memory", "workspace", "workspaces", "partials", "thread", "lane", "place", "offset", "layer", "tok", "dTok", "tokLast", "dTokLast", "dState",
        "tokenRates", "product", "part", "parts", "groups", "again", "tx", "ty",
        "Tile", "Span", "ReadOnlySpan", "Math", "Vector512", "Vector256", "Vector128", "Lanes512", "Lanes256", "Lanes128", "Group", "Grid", "Warp", "Fn", "Float4", "MethodImpl", "MethodImplOptions", "ILanes", "SharedMemory", "ArrayView", "Rows",
    ];

    private static readonly HashSet<string> RowNames = new(
    [
        .. Everywhere, "r", "p", "b", "s", "a", "c0", "worker", "workers", "share", "block", "firstBlock", "endBlock", "panel", "swapped", "sums", "case", "harmonic", "rotary", "packedRows", "packedGradients", "left", "logits",
        "positions", "sliceOf", "stateOffsets", "layerOffset", "tokens", "table", "halo", "before", "firstRow", "firstColumn", "seed", "options", "config", "weights", "device", "source", "checkpoint", "directory",
        "keyRows", "valueRows", "queryRows", "rateRows", "answerRows", "keyStride", "valueStride", "queryStride", "rateStride", "answerStride", "result", "x", "dX", "hidden", "embedded", "answers", "rotated", "statistics", "turn", "items", "pages",
        "Product", "GradientProduct", "RowSums", "RowShare", "PackedMatrix", "RotaryTable", "Prefetching", "BatchSlice", "PositionRotary", "PageClass", "KeyValueTile", "AttentionForward", "AttentionBackward", "HeadRows",
    ]);

    private static readonly HashSet<string> ScanNames = new(
    [
        .. Everywhere, "k", "key", "keyRow", "value", "valueRow", "query", "queryRow", "output", "outputRow", "rate", "rateRow", "lr", "dLr", "x", "tril", "last", "lastOfRows", "sums", "inner", "kept", "checkpointEvery",
        "dKey", "dKeyRow", "dValue", "dValueRow", "dQuery", "dQueryRow", "dOutput", "dOutputRow", "dRate", "dRateRow", "loss", "after", "taken", "which", "initial", "predict",
        "Range", "Copy", "Start", "Next", "Back", "Gathered", "SumsAtStart", "Run", "MiniBatch", "Step", "Close", "Token", "Gather", "Advance", "InnerGradient", "Losses", "Add", "MiniBatchBackward",
        "StepBackward", "TokenBackward", "CloseBackward", "Coefficients", "CoefficientsBackward", "inputs", "coefficients", "dCoefficients", "dInputs", "table", "dTable", "dWeights", "weights", "dParts", "gains", "WeightsSize", "ScratchSize", "CheckpointsSize", "StatesSize", "InnerSize", "StateSize", "MiniBatchTokens", "FlopsPerToken", "AdvanceFlopsPerToken", "InnerFlopsPerToken",
        "positions", "stateOffsets", "layerOffset", "answer",
        "keyRows", "valueRows", "queryRows", "rateRows", "answerRows", "keyStride", "valueStride", "queryStride", "rateStride", "answerStride",
        "keeps", "ends", "endGains", "column", "closes", "step", .. Numbered("input", "dInput", "now", "after", "end", "number"),
    ]);

    /// <summary>Names that emitters number: inputs and parts of an optimiser, and the numbers that its coefficients are made of.</summary>
    private static IEnumerable<string> Numbered(params string[] names) =>
        names.SelectMany(name => Enumerable.Range(0, 100).SelectMany(k => new[] { "", "Rows", "Stride" }.Select(suffix => name + k.ToString(CultureInfo.InvariantCulture) + suffix)));

    /// <summary>What emitters spell the gradients of: there the case of the first letter tells nothing apart.</summary>
    private static readonly HashSet<string> Differentiated = ["key", "value", "query", "output", "rate", "lr", "tok", "tokLast", "state"];

    private static readonly HashSet<string> RecurrenceNames = new(
    [
        "i", "j", "n", "T", "V", "one", "ones", "block", "token", "tokens", "state", "stateEnd", "next", "columns", "place", "channel", "answers", "checkpoints", "scratch", "factor",
        "Block", "Channels", "StateRows", "ConstantRows", "TokenRows", "ScratchSize", "CheckpointsSize", "Run", "Kernels", "Constants", "Token", "Advance", "TokenBackward", "ConstantsBackward",
        "Span", "ILanes", .. Numbered("shared", "constant"),
    ]);

    private static bool IsSpelled(string name, NameScope scope) => scope switch
    {
        NameScope.Rows => RowNames.Contains(name) || RowNames.Contains(Names.Lower(name)),
        NameScope.Scan => ScanNames.Contains(name) || Differentiated.Contains(Names.Lower(name)),
        // a part's pointers begin with the state that it lies in
        NameScope.Recurrence => RecurrenceNames.Contains(name),
        _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, null),
    };

    /// <summary>What emitters put behind a name: a gradient sum, the next weights, the address of a row …</summary>
    private static readonly string[] RowSuffixes = ["Gradient", "Transposed", "Spare", "Activations", "Length", "Kept", "Cosines", "Sines", "Cosine", "Sine", "TokenRates", "Shares", "EachHead", "At", "Rows", "Lanes", "_"];

    private static readonly string[] ScanSuffixes = ["Sum", "Next", "Transposed", "ByColumns", "Kept", "KeptOf", "At", "Part", "All", "Row", "Lanes", "_"];

    private static readonly string[] ScanPrefixes = ["delta", "step", "times", "back", "affine", "scores", "attention", "correction", "now", "sum", "keeps", "gains", "ends", "share"];

    private static readonly string[] RecurrencePrefixes = ["state", "next"];

    private static bool EndsAsDerived(string name, NameScope scope) =>
        (scope == NameScope.Rows ? RowSuffixes : ScanSuffixes).Any(suffix => name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.Ordinal));

    private static bool BeginsAsDerived(string name, NameScope scope)
    {
        return Begins("d") || Begins("D") || (scope switch
        {
            NameScope.Rows => [],
            NameScope.Scan => ScanPrefixes,
            NameScope.Recurrence => RecurrencePrefixes,
            _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, null),
        }).Any(Begins);

        bool Begins(string prefix) => name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal) && IsUpper(name[prefix.Length]);
    }

    private static bool IsUpper(char c) => char.ToLowerInvariant(c) != c || char.ToUpperInvariant(c) == c && !char.IsDigit(c) && c != '_' && char.IsLetter(c);

    private static string Folded(string name) => char.ToLowerInvariant(char.ToUpperInvariant(name[0])) + name.Substring(1);
}
