using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Language;

/// <summary>How a parameter is kept and used.</summary>
public enum ParameterForm
{
    /// <summary>A product's operand, packed: [out, in] in the checkpoint.</summary>
    Matrix,

    /// <summary>A packed matrix that tokens are looked up in, too.</summary>
    Table,

    /// <summary>A vector over columns.</summary>
    Vector,

    /// <summary>[columns, taps] in the checkpoint, one vector a tap here.</summary>
    Taps,

    /// <summary>A weight of an inner model, for each head.</summary>
    Inner,
}

/// <summary>A parameter of a linked model.</summary>
/// <param name="Name">Identifier in generated code, unique in the model: <c>SeqModelingBlockQProj</c>.</param>
/// <param name="Key">Checkpoint key; <c>{i}</c> stands for the layer.</param>
/// <param name="Shape">As the checkpoint has it.</param>
/// <param name="Form">How it is kept.</param>
/// <param name="Layers">How many there are: the depth of the stack that it stands in, or 1.</param>
/// <param name="Columns">Outputs of a matrix, length of a vector.</param>
/// <param name="Inner">Inputs of a matrix; taps; heads.</param>
public sealed record LinkedParameter(string Name, string Key, IReadOnlyList<int> Shape, ParameterForm Form, int Layers, int Columns, int Inner)
{
    /// <summary>Elements.</summary>
    public long Count => Shape.Aggregate(1L, (c, s) => c * s);

    /// <summary>Whether it is kept as a product's operand.</summary>
    public bool IsMatrix => Form is ParameterForm.Matrix or ParameterForm.Table;
}

/// <summary>A run-time number of a model: from config.json, with a default.</summary>
public sealed record LinkedSetting(string Name, string Key, double Default);

/// <summary>An inner model of a TTT layer, closed.</summary>
/// <param name="Name">Identifier in generated code.</param>
/// <param name="Model">What it predicts and how it learns.</param>
/// <param name="Heads">How many there are.</param>
/// <param name="MiniBatch">Tokens that share one θ.</param>
/// <param name="Parameters">One a weight, in the model's order.</param>
/// <param name="Spec">Full name of the spec.</param>
/// <param name="Optimiser">How it moves; null: by gradient descent with rate and token rate.</param>
public sealed record LinkedMemory(string Name, InnerModel Model, int Heads, int MiniBatch, IReadOnlyList<LinkedParameter> Parameters, string Spec, InnerOptimiser? Optimiser = null)
{
    /// <summary>What of each fast weight a state has behind the weights that the mini-batch started from: the gradient sum, or the parts of its optimiser.</summary>
    public IReadOnlyList<string> Kept { get; } = Optimiser?.Parts ?? ["Sum"];

    /// <summary>For each head the weights that its mini-batch started from, then what is kept of each.</summary>
    public Carry Carry => _carry ??= new(Name, Heads, [.. Tensors("", true), .. Kept.SelectMany((kept, k) => Tensors(kept, Optimiser is not null && k == 0))]);

    private Carry? _carry;

    private IEnumerable<CarryPart> Tensors(string kept, bool startsAtWeights) => Model.Weights.Zip(Parameters, (w, p) => (w, p)).Where(x => x.w.Fast)
        .Select(x => new CarryPart(x.w.Name + kept, x.w.Shape.Aggregate(1L, (n, a) => n * a.Size), startsAtWeights ? x.p.Name : null));
}

/// <summary>A stretch of a model: rows in, rows out, run <see cref="Repeat"/> times with weights of its own each time.</summary>
/// <param name="Name">Identifier in generated code.</param>
/// <param name="Graph">The program's graph.</param>
/// <param name="Stream">The rows that come in; null in the first segment.</param>
/// <param name="Result">The rows that go out; in the last segment the rows that the head multiplies.</param>
/// <param name="Repeat">How often; 1 outside a stack.</param>
/// <param name="IsStack">Whether it is a stack's block.</param>
public sealed record LinkedSegment(string Name, Graph Graph, Node? Stream, Node Result, int Repeat, bool IsStack);

/// <summary>A model with every size known and every spec inlined.</summary>
public sealed record LinkedModel(
    string Name,
    IReadOnlyList<LinkedSegment> Segments,
    LinkedParameter Head,
    IReadOnlyList<LinkedParameter> Parameters,
    IReadOnlyList<LinkedSetting> Settings,
    IReadOnlyList<LinkedMemory> Memories,
    IReadOnlyList<KeyValuePair<string, string>> Config,
    int Vocabulary,
    int Width)
{
    /// <summary>Elementwise recurrences, each of one scan.</summary>
    public IReadOnlyList<Recurrence> Recurrences { get; init; } = [];
}
