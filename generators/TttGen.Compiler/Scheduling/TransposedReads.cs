using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>
/// Where a kernel needs a buffer with rows and columns exchanged, its stages walked in their order: one copy serves until the buffer is written again.
/// </summary>
internal sealed class TransposedReads
{
    private readonly TileKernel _kernel;
    private readonly HashSet<(string, int)> _needed = [], _made = [];
    private readonly Dictionary<string, int> _versions = [];

    public TransposedReads(TileKernel kernel)
    {
        _kernel = kernel;
        foreach (var stage in kernel.Stages)
        {
            if (Source(stage) is { } source) _needed.Add(Key(source));
            Leave(stage);
        }
        _versions.Clear();
    }

    /// <summary>Whether a stage can't do without a copy of the buffer as it is now.</summary>
    public bool IsNeeded(TileBuffer source) => _needed.Contains(Key(source));

    /// <summary>Whether there is a copy of the buffer as it is now.</summary>
    public bool IsMade(TileBuffer source) => _made.Contains(Key(source));

    /// <summary>There is one from here on.</summary>
    public void Made(TileBuffer source) => _made.Add(Key(source));

    /// <summary>Where the schedule wants the copy; null where it wants none.</summary>
    public TileBuffer? Copy(TileBuffer source) => _kernel.Stages.OfType<TransposeStage>().FirstOrDefault(t => t.Source.Name == source.Name)?.Destination;

    /// <summary>Goes past a stage: what it writes is no longer what was copied.</summary>
    public void Leave(Stage stage)
    {
        foreach (var written in Written(stage)) _versions[written.Name] = Version(written) + 1;
    }

    private TileBuffer? Source(Stage stage) => stage switch
    {
        TransposeStage t => t.Source,
        ContractStage { B: { Transposed: true, Value: { } b }, IsDotProducts: false } => _kernel.Buffers[b],
        _ => null,
    };

    private IEnumerable<TileBuffer> Written(Stage stage) => stage switch
    {
        ContractStage c => [c.Destination],
        TransposeStage t => [t.Destination],
        CopyStage c => [c.Destination],
        ClearStage c => [c.Destination],
        RowsStage r => r.Stores.Select(s => _kernel.Buffers[s]).Concat(r.Sums.Select(s => s.Destination)),
        _ => [],
    };

    private int Version(TileBuffer buffer) => _versions.TryGetValue(buffer.Name, out var version) ? version : 0;

    private (string, int) Key(TileBuffer buffer) => (buffer.Name, Version(buffer));
}
