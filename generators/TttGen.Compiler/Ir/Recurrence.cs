namespace TttGen.Compiler.Ir;

/// <summary>What a recurrence takes of a layer.</summary>
public enum StepInputKind
{
    /// <summary>A number of each token and channel.</summary>
    ChannelRows,

    /// <summary>A number of each token and place, the same for all channels.</summary>
    PlaceRows,

    /// <summary>A parameter of each channel.</summary>
    ChannelWeight,

    /// <summary>A parameter of each channel and place: a vector over channels a place.</summary>
    PlaceWeight,

    /// <summary>A setting: one number for all.</summary>
    Number,
}

/// <summary>One of them.</summary>
/// <param name="Name">What it is called in the recurrence's graph.</param>
/// <param name="Kind">What it is a number of.</param>
/// <param name="Operand">Its place among the primitive's operands; −1 for a parameter.</param>
/// <param name="Parameter">The parameter's name; null for what is none.</param>
public sealed record StepInput(string Name, StepInputKind Kind, int Operand, string? Parameter);

/// <summary>
/// An elementwise recurrence over channels of as many places each: what one token makes of an element's parts, and the element's share in the channel's answer. In the graph
/// what differs from channel to channel runs along one axis; what all channels share is a number.
/// </summary>
/// <param name="Name">Identifier in generated code.</param>
/// <param name="Channels">The axis.</param>
/// <param name="Places">Places of a channel.</param>
/// <param name="Graph">Where the expressions live.</param>
/// <param name="Parts">What is carried for each element: zeros at a sequence's start.</param>
/// <param name="Inputs">What else it reads.</param>
/// <param name="Next">The parts after a token, [channels] each.</param>
/// <param name="Answer">[channels]: summed over places.</param>
public sealed record Recurrence(string Name, Axis Channels, int Places, Graph Graph, IReadOnlyList<Input> Parts, IReadOnlyList<StepInput> Inputs, IReadOnlyList<Node> Next, Node Answer)
{
    /// <summary>An input's node.</summary>
    public Input NodeOf(StepInput input) => (Input)(input.Kind is StepInputKind.PlaceRows or StepInputKind.Number ? Graph.Input(input.Name) : Graph.Input(input.Name, Channels));
}
