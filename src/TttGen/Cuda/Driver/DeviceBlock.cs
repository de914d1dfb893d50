namespace TttGen.Cuda.Driver;

/// <summary>A piece of the GPU's memory, cut into buffers.</summary>
internal sealed class DeviceBlock(ulong address, long bytes, bool shared)
{
    // By place; two neighbours are never both free.
    private readonly List<(long Start, long Length)> _free = [(0, bytes)];

    /// <summary>Where it lies on the GPU.</summary>
    public ulong Address => address;

    /// <summary>Whether it is for many buffers.</summary>
    public bool IsShared => shared;

    /// <summary>Whether no buffer is in it.</summary>
    public bool IsEmpty => _free is [(0, var length)] && length == bytes;

    /// <summary>Takes the first free piece that is long enough.</summary>
    public bool TryTake(long length, out long start)
    {
        for (var i = 0; i < _free.Count; i++)
        {
            var piece = _free[i];
            if (piece.Length < length)
                continue;
            if (piece.Length == length)
                _free.RemoveAt(i);
            else
                _free[i] = (piece.Start + length, piece.Length - length);
            start = piece.Start;
            return true;
        }
        start = 0;
        return false;
    }

    /// <summary>Gives a piece back.</summary>
    public void Give(long start, long length)
    {
        var after = _free.FindIndex(piece => piece.Start > start);
        if (after < 0)
            after = _free.Count;
        if (after < _free.Count && start + length == _free[after].Start)
        {
            length += _free[after].Length;
            _free.RemoveAt(after);
        }
        if (after > 0 && _free[after - 1] is var before && before.Start + before.Length == start)
            _free[after - 1] = (before.Start, before.Length + length);
        else
            _free.Insert(after, (start, length));
    }
}
