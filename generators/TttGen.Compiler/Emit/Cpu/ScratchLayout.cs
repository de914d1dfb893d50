namespace TttGen.Compiler.Emit.Cpu;

/// <summary>
/// A kernel's working memory. What no later stage reads makes room for what comes, so that a mini-batch's tensors stay in the near caches.
/// </summary>
internal sealed class ScratchLayout
{
    private sealed class Tensor(string name, long size, string shape)
    {
        public string Name { get; } = name;
        public int Size { get; } = checked((int)((size + 15) / 16 * 16));
        public string Shape { get; } = shape;
        public int First { get; set; } = int.MaxValue;
        public int Last { get; set; } = -1;
        public int Offset { get; set; }
    }

    private readonly List<Tensor> _tensors = [];
    private readonly Dictionary<string, Tensor> _byName = [];

    /// <summary>The stage that is being written.</summary>
    public int Stage { get; set; }

    /// <summary>A tensor that some stage will write before it is read.</summary>
    public void Add(string name, long size, string shape)
    {
        var tensor = new Tensor(name, size, shape);
        _tensors.Add(tensor);
        _byName.Add(name, tensor);
    }

    /// <summary>The stage that is being written reads or writes it; names of others' memory mean nothing here.</summary>
    public void Touch(string name)
    {
        if (!_byName.TryGetValue(name, out var tensor)) return;
        tensor.First = Math.Min(tensor.First, Stage);
        tensor.Last = Math.Max(tensor.Last, Stage);
    }

    /// <summary>Places every tensor and declares its pointer; answers how many elements there are in all.</summary>
    public long Place(string scratch, ICollection<string> lines)
    {
        var memory = new FirstFit();
        foreach (var tensor in _tensors.Where(t => t.Last >= 0).OrderBy(t => t.First))
        {
            tensor.Offset = memory.Find(tensor.Size, tensor.First, tensor.Last);
            memory.Take(tensor.Offset, tensor.Size, tensor.First, tensor.Last);
        }
        foreach (var tensor in _tensors.Where(t => t.Last >= 0))
            lines.Add($"T* {tensor.Name} = {scratch}{Texts.Plus(tensor.Offset)}; // {tensor.Shape}");
        return memory.Size;
    }
}
