namespace TttGen.Training;

/// <summary>Σ ℓ(θ₀), Σ ℓ(θ before) and Σ ℓ(θ after) of every memory, layer and head in one call.</summary>
internal sealed unsafe class InnerLossSums
{
    private readonly IReadOnlyList<(string Memory, int Layers, int Heads)> _memories;
    private readonly double[] _sums;
    private readonly int[] _offsets;

    public InnerLossSums(IReadOnlyList<(string Memory, int Layers, int Heads)> memories)
    {
        _memories = memories;
        _offsets = new int[memories.Count];
        var count = 0;
        for (var m = 0; m < memories.Count; m++)
        {
            _offsets[m] = count;
            count += 3 * memories[m].Layers * memories[m].Heads;
        }
        _sums = GC.AllocateArray<double>(count, pinned: true);
    }

    /// <summary>[3]: one head's sums, at zero.</summary>
    public double* Start(int memory, int layer, int head)
    {
        var sums = _sums.AsSpan(_offsets[memory] + 3 * (layer * _memories[memory].Heads + head), 3);
        sums.Clear();
        fixed (double* pinned = sums) return pinned;
    }

    /// <summary>Means over so many tokens.</summary>
    public IReadOnlyList<InnerLoss> Over(int tokens)
    {
        var found = new List<InnerLoss>();
        Span<double> means = stackalloc double[3];
        for (var m = 0; m < _memories.Count; m++)
            for (var layer = 0; layer < _memories[m].Layers; layer++)
            {
                var heads = _memories[m].Heads;
                var sums = _sums.AsSpan(_offsets[m] + 3 * layer * heads, 3 * heads);
                means.Clear();
                var worst = 0;
                for (var head = 0; head < heads; head++)
                {
                    for (var k = 0; k < 3; k++) means[k] += sums[3 * head + k] / ((double)heads * tokens);
                    if (!(sums[3 * head + 2] <= sums[3 * worst + 2])) worst = head;
                }
                found.Add(new InnerLoss(layer, _memories[m].Memory, means[0], means[1], means[2], worst, sums[3 * worst + 2] / tokens));
            }
        return found;
    }
}
