using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>
/// The numbers of a plan. In bf16, matrices and rows lie in sixteen bits, and so does what a product multiplies; sums, vectors, inner models and their rates stay
/// float32, and so do the rows that are added up from layer to layer and those whose past a state keeps. Where a value is rounded depends on nothing but that:
/// not on how many rows a call has, nor on which kernel multiplies them.
/// </summary>
internal sealed class DevicePrecision
{
    private readonly HashSet<RowTensor>? _halves;

    private DevicePrecision(HashSet<RowTensor>? halves) => _halves = halves;

    /// <summary>Everything in float32.</summary>
    public static DevicePrecision Float32 { get; } = new(null);

    /// <summary>Matrices and rows in bf16.</summary>
    public static DevicePrecision BFloat16(IEnumerable<(LinkedSegment Segment, RowSchedule Schedule)> segments)
    {
        var halves = new HashSet<RowTensor>();
        foreach (var (_, schedule) in segments)
        {
            var tensors = schedule.Tensors.ToDictionary(t => t.Node);
            var rates = new HashSet<Node>(schedule.Kernels.OfType<SequenceKernel>().Select(s => s.Primitive).OfType<Learn>().SelectMany(l => l.Inputs));
            var stream = new HashSet<Node>(schedule.Tensors.Where(t => t == schedule.Stream || t == schedule.Result || t.Node is Lookup).Select(t => t.Node));
            foreach (var t in schedule.Tensors.OrderBy(t => t.Node.Id))
            {
                if (t.Node is Sum sum && sum.Operands.Any(stream.Contains)) stream.Add(t.Node);
                if (t.Halo == 0 && !stream.Contains(t.Node) && !rates.Contains(t.Node)) halves.Add(t);
            }
        }
        return new DevicePrecision(halves);
    }

    /// <summary>Whether matrices and what they multiply are in bf16.</summary>
    public bool IsBf16 => _halves is not null;

    /// <summary>What names of its kernels and class end in.</summary>
    public string Suffix => IsBf16 ? "Bf16" : "";

    /// <summary>C#'s type of an element of a matrix, and of what it multiplies.</summary>
    public string MatrixElement => IsBf16 ? "ushort" : "float";

    /// <summary>Whether rows lie in sixteen bits.</summary>
    public bool StoresBf16(RowTensor tensor) => _halves?.Contains(tensor) ?? false;

    /// <summary>How rows lie in memory.</summary>
    public Storage StorageOf(RowTensor tensor) => StoresBf16(tensor) ? Storage.BFloat16 : Storage.Float;

    /// <summary>How matrices lie in memory, and what they multiply.</summary>
    public Storage MatrixStorage => IsBf16 ? Storage.BFloat16 : Storage.Float;

    /// <summary>C#'s type of an element of rows.</summary>
    public string ElementOf(RowTensor tensor) => StoresBf16(tensor) ? "ushort" : "float";

    /// <summary>C#'s type of an element of a parameter.</summary>
    public string ElementOf(LinkedParameter parameter) => IsBf16 && parameter.IsMatrix ? "ushort" : "float";
}
