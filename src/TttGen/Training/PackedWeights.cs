using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.Training;

/// <summary>Matrices packed for products, both ways round, from one flat block of weights; packed anew by all workers when the weights have changed.</summary>
internal sealed unsafe class PackedWeights : IParallelWork, IDisposable
{
    private readonly record struct Item(PackedMatrix Matrix, long Offset, bool Transposed);

    private readonly WorkerPool _pool;
    private readonly IReadOnlyList<ParameterSlot> _slots;
    private readonly FlatLayout _layout;
    private readonly float* _weights;
    private readonly Dictionary<(int Slot, bool Transposed), PackedMatrix[]> _matrices = [];
    private readonly List<Item> _items = [];

    public PackedWeights(WorkerPool pool, IReadOnlyList<ParameterSlot> slots, FlatLayout layout, float* weights)
    {
        _pool = pool;
        _slots = slots;
        _layout = layout;
        _weights = weights;
    }

    /// <summary>Bytes held.</summary>
    public long Bytes => _items.Sum(static i => i.Matrix.Bytes);

    /// <summary>A matrix for each layer: B [in, out] of x · B, or transposed B [out, in] of the gradient's product back.</summary>
    public PackedMatrix[] Of(int slot, bool transposed)
    {
        if (_matrices.TryGetValue((slot, transposed), out var known)) return known;
        var s = _slots[slot];
        var matrices = Enumerable.Range(0, s.Layers).Select(_ => transposed
            ? new PackedMatrix(s.Columns, s.Inner, WeightType.Float32)
            : new PackedMatrix(s.Inner, s.Columns, WeightType.Float32)).ToArray();
        for (var layer = 0; layer < s.Layers; layer++) _items.Add(new(matrices[layer], _layout.Offset(slot, layer), transposed));
        return _matrices[(slot, transposed)] = matrices;
    }

    /// <summary>Packs all of them.</summary>
    public void Pack() => _pool.Run(this, 0);

    public void Execute(int kernel, int worker, int workers)
    {
        foreach (var (matrix, offset, transposed) in _items)
        {
            // rows of the checkpoint are columns of the one and inner rows of the other
            var (rows, length) = transposed ? (matrix.Inner, matrix.Columns) : (matrix.Columns, matrix.Inner);
            var panels = (rows + PackedMatrix.PanelWidth - 1) / PackedMatrix.PanelWidth;
            var first = (int)((long)panels * worker / workers) * PackedMatrix.PanelWidth;
            var end = Math.Min(rows, (int)((long)panels * (worker + 1) / workers) * PackedMatrix.PanelWidth);
            const int AtOnce = 16 * PackedMatrix.PanelWidth;
            for (; first < end; first += AtOnce)
            {
                var part = new ReadOnlySpan<float>(_weights + offset + (long)first * length, Math.Min(AtOnce, end - first) * length);
                if (transposed) matrix.SetInnerRows(first, part);
                else matrix.SetRows(first, part);
            }
        }
    }

    public void Dispose()
    {
        foreach (var (matrix, _, _) in _items) matrix.Dispose();
    }
}
