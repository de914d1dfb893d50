using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>A scheduled tensor program: what runs for one head and the rows of one mini-batch.</summary>
public sealed class TileKernel
{
    internal TileKernel(TensorProgram program, IReadOnlyList<Stage> stages, IReadOnlyDictionary<Node, TileBuffer> buffers,
        IReadOnlyDictionary<Node, TileScheduler.Accumulation> accumulations, IReadOnlyDictionary<Node, TileBuffer> transposed, IReadOnlyList<TileBuffer> parameters)
    {
        Program = program;
        Stages = stages;
        Buffers = buffers;
        Accumulations = accumulations;
        Transposed = transposed;
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

    /// <summary>Copies with rows and columns exchanged, of what is read by columns.</summary>
    public IReadOnlyDictionary<Node, TileBuffer> Transposed { get; }

    /// <summary>Every buffer of the kernel, each once.</summary>
    internal IEnumerable<TileBuffer> AllBuffers => Buffers.Values.Concat(Accumulations.Values.Select(a => a.Buffer)).Concat(Transposed.Values).Distinct();

    /// <summary>The input in whose place a value is stored; null where the value has a place of its own.</summary>
    internal Input? Replaced(Node stored) => Buffers[stored] is { Kind: BufferKind.InPlace } place && stored is not Input
        ? Program.Inputs.FirstOrDefault(i => Buffers.TryGetValue(i, out var own) && own == place)
        : null;

    /// <summary>Multiplications and additions of its products.</summary>
    /// <param name="rows">Rows of the call.</param>
    public long Flops(int rows)
    {
        long Of(Axis? a) => a is not { } axis ? 1 : axis.IsRows ? rows : axis.Size;
        return Stages.OfType<ContractStage>().Sum(c => c.Triangle != Triangle.None
            ? Of(c.Rows) * (Of(c.Rows) + 1) * Of(c.Columns)
            : 2 * Of(c.Rows) * Of(c.Inner) * Of(c.Columns));
    }

    /// <summary>Buffers that the caller passes, in order: inputs, states, outputs.</summary>
    public IReadOnlyList<TileBuffer> Parameters { get; }
}
