using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit;

/// <summary>Where the carries of a model lie in one sequence's state: for each layer the heads' inner models, then rows of the past.</summary>
internal sealed class StateLayout
{
    private readonly Dictionary<string, (long Offset, long LayerStride, int Layers)> _memories = [];
    private readonly Dictionary<RowTensor, (long Offset, long LayerStride)> _halos = [];

    public StateLayout(LinkedModel model, IEnumerable<(LinkedSegment Segment, RowSchedule Schedule)> segments)
    {
        foreach (var (segment, schedule) in segments)
        {
            foreach (var scan in schedule.Kernels.OfType<ScanKernel>())
            {
                var memory = model.Memories.Single(m => m.Name == scan.Learn.Memory);
                var size = ModelLayout.HeadState(memory) * memory.Heads;
                _memories[memory.Name] = (Length, size, segment.Repeat);
                Length += size * segment.Repeat;
            }
            foreach (var t in schedule.Tensors.Where(t => t.Halo > 0))
            {
                var size = ((long)t.Halo * t.Columns + 15) / 16 * 16;
                _halos[t] = (Length, size);
                Length += size * segment.Repeat;
            }
        }
    }

    /// <summary>Elements of one sequence's state.</summary>
    public long Length { get; }

    /// <summary>A memory's heads, one after another, for each layer.</summary>
    public (long Offset, long LayerStride, int Layers) Memory(string name) => _memories[name];

    /// <summary>Rows of the past of a tensor, for each layer.</summary>
    public (long Offset, long LayerStride) Halo(RowTensor tensor) => _halos[tensor];
}
