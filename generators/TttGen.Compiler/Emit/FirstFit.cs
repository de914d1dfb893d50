namespace TttGen.Compiler.Emit;

/// <summary>Memory of what lives from one stage of some work to another: tensors whose lives don't meet may share a place.</summary>
internal sealed class FirstFit
{
    private readonly List<(int Offset, int Size, int First, int Last)> _taken = [];

    /// <summary>Elements in all.</summary>
    public int Size { get; private set; }

    /// <summary>The lowest place that is free from the first stage to the last.</summary>
    public int Find(int size, int first, int last)
    {
        var offset = 0;
        foreach (var (at, length, _, _) in _taken.Where(t => t.First <= last && first <= t.Last).OrderBy(t => t.Offset))
        {
            if (at - offset >= size) return offset;
            offset = Math.Max(offset, at + length);
        }
        return offset;
    }

    /// <summary>Takes a place.</summary>
    public void Take(int offset, int size, int first, int last)
    {
        _taken.Add((offset, size, first, last));
        Size = Math.Max(Size, offset + size);
    }

    /// <summary>What is taken stays so; the size counts what comes.</summary>
    public FirstFit Fork()
    {
        var fork = new FirstFit();
        fork._taken.AddRange(_taken);
        return fork;
    }
}
