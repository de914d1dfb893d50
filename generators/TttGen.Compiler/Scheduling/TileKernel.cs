using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>A scheduled tensor program: what runs for one head and the rows of one mini-batch.</summary>
public sealed class TileKernel
{
    internal TileKernel(TensorProgram program, IReadOnlyList<Stage> stages, IReadOnlyDictionary<Node, TileBuffer> buffers,
        IReadOnlyDictionary<Node, TileScheduler.Accumulation> accumulations, IReadOnlyList<TileBuffer> parameters)
    {
        Program = program;
        Stages = stages;
        Buffers = buffers;
        Accumulations = accumulations;
        Parameters = parameters;
    }

    /// <summary>What was scheduled.</summary>
    public TensorProgram Program { get; }

    /// <summary>In order.</summary>
    public IReadOnlyList<Stage> Stages { get; }

    /// <summary>Where each stored value lies.</summary>
    public IReadOnlyDictionary<Node, TileBuffer> Buffers { get; }

    /// <summary>Sums whose products have been added up in a buffer.</summary>
    internal IReadOnlyDictionary<Node, TileScheduler.Accumulation> Accumulations { get; }

    /// <summary>Buffers that the caller passes, in order: inputs, states, outputs.</summary>
    public IReadOnlyList<TileBuffer> Parameters { get; }
}
