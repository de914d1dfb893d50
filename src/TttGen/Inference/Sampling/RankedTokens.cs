namespace TttGen.Inference.Sampling;

/// <summary>All tokens of a row; only as many are put in order as are taken. A heap over arrays that are kept.</summary>
internal sealed class RankedTokens : Ranking
{
    private int[] _ids;
    private float[] _logits;
    private int _count;

    internal RankedTokens(int capacity) => (_ids, _logits) = (new int[capacity], new float[capacity]);

    internal override bool IsComplete => true;

    /// <summary>Takes over all tokens whose logit is not −∞.</summary>
    internal void Fill(ReadOnlySpan<float> logits)
    {
        if (_ids.Length < logits.Length) (_ids, _logits) = (new int[logits.Length], new float[logits.Length]);
        _count = 0;
        for (int id = 0; id < logits.Length; id++)
        {
            if (float.IsNegativeInfinity(logits[id])) continue;
            _ids[_count] = id;
            _logits[_count++] = logits[id];
        }

        for (int parent = _count / 2 - 1; parent >= 0; parent--) Sink(parent);
    }

    internal override bool TryTake(out int id, out float logit)
    {
        (id, logit) = (-1, float.NaN);
        if (_count == 0) return false;
        (id, logit) = (_ids[0], _logits[0]);
        _count--;
        (_ids[0], _logits[0]) = (_ids[_count], _logits[_count]);
        Sink(0);
        return true;
    }

    private void Sink(int parent)
    {
        while (true)
        {
            int child = 2 * parent + 1;
            if (child >= _count) return;
            if (child + 1 < _count && Precedes(child + 1, child)) child++;
            if (!Precedes(child, parent)) return;
            (_ids[parent], _ids[child]) = (_ids[child], _ids[parent]);
            (_logits[parent], _logits[child]) = (_logits[child], _logits[parent]);
            parent = child;
        }
    }

    private bool Precedes(int a, int b) => _logits[a] > _logits[b] || (_logits[a] == _logits[b] && _ids[a] < _ids[b]);
}
