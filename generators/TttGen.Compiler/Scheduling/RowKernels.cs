using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>Rows in memory between kernels: [rows, columns].</summary>
/// <param name="Name">As the generated code calls it.</param>
/// <param name="Node">What it holds.</param>
/// <param name="Columns">Its width.</param>
/// <param name="Halo">Rows of the past that are kept before each sequence's own.</param>
/// <param name="Stride">Elements from row to row.</param>
/// <param name="Ahead">The halo stands for rows past each sequence's end: zeros.</param>
public sealed record RowTensor(string Name, Node Node, int Columns, int Halo, int Stride, bool Ahead);

/// <summary>One parallel pass over the rows of a call.</summary>
/// <param name="Name">Identifier in generated code.</param>
public abstract record RowKernel(string Name)
{
    /// <summary>Rows that it lays down.</summary>
    public virtual IEnumerable<Node> Made => [];
}

/// <summary>Embedding rows.</summary>
public sealed record LookupKernel(string Name, Lookup Lookup) : RowKernel(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<Node> Made => [Lookup];
}

/// <summary>Row-wise work with nothing to multiply.</summary>
/// <param name="Stores">What is stored for every row.</param>
/// <param name="Sums">What is summed over the rows, in blocks of rows.</param>
public sealed record RowsKernel(string Name, IReadOnlyList<Node> Stores, IReadOnlyList<RowsSum> Sums) : RowKernel(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<Node> Made => Stores;
}

/// <summary>A vector [columns]: the sum over the rows of what each row gives.</summary>
/// <param name="Name">As the generated code calls it.</param>
/// <param name="Node">The vector.</param>
/// <param name="Body">[rows, columns].</param>
public sealed record RowsSum(string Name, Node Node, Node Body);

/// <summary>An operation over the rows of each sequence.</summary>
/// <param name="Primitive">The operation.</param>
/// <param name="Statistics">What it lays down for its gradient's kernel beside its rows; null: nothing.</param>
public sealed record SequenceKernel(string Name, SequencePrimitive Primitive, SequenceStatistics? Statistics) : RowKernel(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<Node> Made => Statistics is null ? [Primitive] : [Primitive, Statistics];
}

/// <summary>
/// Products that share their left operand. Its rows are computed where they are needed (prologue) and never stored; what follows a product
/// column by column happens while the product's tile is in cache (epilogue).
/// </summary>
/// <param name="Name">Identifier in generated code.</param>
/// <param name="Left">The left operand.</param>
/// <param name="Groups">Products whose results meet in one epilogue.</param>
/// <param name="IsHead">The model's last product, over chosen rows.</param>
public sealed record ProductKernel(string Name, Node Left, IReadOnlyList<ProductGroup> Groups, bool IsHead) : RowKernel(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<Node> Made => IsHead ? [] : Groups.SelectMany(g => g.Stores);
}

/// <summary>Products of one width and what is stored of them.</summary>
/// <param name="Products">Each with the name of its matrix.</param>
/// <param name="Columns">Their width.</param>
/// <param name="Stores">Products, or values made of them column by column.</param>
public sealed record ProductGroup(IReadOnlyList<MatrixProduct> Products, int Columns, IReadOnlyList<Node> Stores);

/// <summary>constant · left · matrix, or · its transpose.</summary>
public sealed record MatrixProduct(Node Node, string Matrix, double Constant, int Inner, bool Transposed);

/// <summary>The outer gradient of a sequence primitive.</summary>
/// <param name="Primitive">What is differentiated.</param>
/// <param name="Output">The gradient of its rows.</param>
/// <param name="Parts">The gradients of its operands that something asks for.</param>
public sealed record SequenceGradientKernel(string Name, SequencePrimitive Primitive, Node Output, IReadOnlyList<SequenceGradient> Parts) : RowKernel(Name)
{
    /// <inheritdoc/>
    public override IEnumerable<Node> Made => Parts;
}

/// <summary>Gradients of matrices that multiplied the same rows: Σ rowsᵀ · gradient of the product.</summary>
/// <param name="Left">The rows, [rows, inputs]: recomputed where they are not stored.</param>
/// <param name="Gradients">One a matrix.</param>
public sealed record MatrixGradientKernel(string Name, Node Left, IReadOnlyList<MatrixGradient> Gradients) : RowKernel(Name);

/// <summary>gradient of a matrix += leftᵀ · rows.</summary>
/// <param name="Matrix">The parameter.</param>
/// <param name="Rows">[rows, outputs]: the gradient of the product.</param>
public sealed record MatrixGradient(string Matrix, Node Rows);

/// <summary>Gradients of looked-up rows, added to the table's.</summary>
public sealed record ScatterKernel(string Name, Lookup Lookup, Node Rows) : RowKernel(Name);

/// <summary>Gradients of vectors, from sums over rows and over heads.</summary>
/// <param name="Sums">The sums that they are made of: added up here from blocks of rows.</param>
/// <param name="Primitives">Those whose heads add up apart the gradients of what they share: of parameters, and of operands that are the same for all rows.</param>
/// <param name="Shared">Gradients of such operands that something asks for.</param>
/// <param name="Gradients">Each parameter (or tap) with its gradient.</param>
public sealed record VectorKernel(string Name, IReadOnlyList<RowsSum> Sums, IReadOnlyList<SequencePrimitive> Primitives, IReadOnlyList<SequenceGradient> Shared, IReadOnlyList<(Input Parameter, Node Gradient)> Gradients) : RowKernel(Name);

/// <summary>A segment's kernels in order, and the rows they hand on.</summary>
public sealed record RowSchedule(IReadOnlyList<RowKernel> Kernels, IReadOnlyList<RowTensor> Tensors, RowTensor? Stream, RowTensor? Result)
{
    /// <summary>The kernels, each with the rows that lie in memory when it runs and those that it lays down: what comes later can't be read yet.</summary>
    /// <param name="given">Rows that other schedules have made before.</param>
    public IEnumerable<(RowKernel Kernel, IReadOnlyDictionary<Node, RowTensor> Tensors)> InOrder(IEnumerable<RowTensor> given)
    {
        var own = Tensors.ToDictionary(t => t.Node);
        var made = given.ToDictionary(t => t.Node);
        var later = new HashSet<Node>(Kernels.SelectMany(k => k.Made));
        foreach (var t in Tensors.Where(t => !later.Contains(t.Node))) made[t.Node] = t;
        foreach (var kernel in Kernels)
        {
            foreach (var node in kernel.Made)
                if (own.TryGetValue(node, out var tensor)) made[node] = tensor;
            yield return (kernel, new Dictionary<Node, RowTensor>(made));
        }
    }
}
