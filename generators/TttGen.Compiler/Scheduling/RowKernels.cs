using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>Rows in memory between kernels: [rows, columns].</summary>
/// <param name="Name">As the generated code calls it.</param>
/// <param name="Node">What it holds.</param>
/// <param name="Columns">Its width.</param>
/// <param name="Halo">Rows of the past that are kept before each sequence's own.</param>
/// <param name="Stride">Elements from row to row.</param>
public sealed record RowTensor(string Name, Node Node, int Columns, int Halo, int Stride);

/// <summary>One parallel pass over the rows of a call.</summary>
/// <param name="Name">Identifier in generated code.</param>
public abstract record RowKernel(string Name);

/// <summary>Embedding rows.</summary>
public sealed record LookupKernel(string Name, Lookup Lookup) : RowKernel(Name);

/// <summary>Row-wise work with nothing to multiply.</summary>
public sealed record RowsKernel(string Name, IReadOnlyList<Node> Stores) : RowKernel(Name);

/// <summary>The TTT scan over (sequence, head).</summary>
public sealed record ScanKernel(string Name, Learn Learn) : RowKernel(Name);

/// <summary>
/// Products that share their left operand. Its rows are computed where they are needed (prologue) and never stored; what follows a product
/// column by column happens while the product's tile is in cache (epilogue).
/// </summary>
/// <param name="Name">Identifier in generated code.</param>
/// <param name="Left">The left operand.</param>
/// <param name="Groups">Products whose results meet in one epilogue.</param>
/// <param name="IsHead">The model's last product, over chosen rows.</param>
public sealed record ProductKernel(string Name, Node Left, IReadOnlyList<ProductGroup> Groups, bool IsHead) : RowKernel(Name);

/// <summary>Products of one width and what is stored of them.</summary>
/// <param name="Products">Each with the name of its matrix.</param>
/// <param name="Columns">Their width.</param>
/// <param name="Stores">Products, or values made of them column by column.</param>
public sealed record ProductGroup(IReadOnlyList<MatrixProduct> Products, int Columns, IReadOnlyList<Node> Stores);

/// <summary>constant · left · matrix.</summary>
public sealed record MatrixProduct(Node Node, string Matrix, double Constant, int Inner);

/// <summary>A segment's kernels in order, and the rows they hand on.</summary>
public sealed record RowSchedule(IReadOnlyList<RowKernel> Kernels, IReadOnlyList<RowTensor> Tensors, RowTensor? Stream, RowTensor? Result);
