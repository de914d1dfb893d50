namespace TttGen;

/// <summary>A block repeated, each time with weights of its own.</summary>
/// <typeparam name="TDepth">How many times.</typeparam>
/// <typeparam name="TBlock">The block.</typeparam>
/// <typeparam name="TWidth">Elements of a row.</typeparam>
public readonly struct Stack<[Config("num_hidden_layers")] TDepth, TBlock, TWidth> where TDepth : IDim where TBlock : ILayer<TBlock, TWidth> where TWidth : IDim
{
    private readonly TBlock[] _blocks;

    /// <summary>A stack of these blocks, first to last.</summary>
    /// <exception cref="ArgumentException">Not as many as the depth says.</exception>
    public Stack(TBlock[] blocks)
    {
        Shape.Check("a stack", blocks.Length, TDepth.Size);
        _blocks = blocks;
    }

    /// <summary>One block.</summary>
    public TBlock this[int index] => _blocks[index];

    /// <summary>Every block applied to the one's output before it.</summary>
    [Operation("Stack")]
    public Seq<TWidth> Apply(Seq<TWidth> x)
    {
        foreach (var block in _blocks) x = block.Apply(x);
        return x;
    }
}
