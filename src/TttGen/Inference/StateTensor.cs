namespace TttGen.Inference;

/// <summary>Where an inner model's weight lies within a state.</summary>
/// <param name="Name">The memory's and the weight's name: <c>LinearMemory.W1</c>; sums end in <c>Sum</c>.</param>
/// <param name="Offset">Elements from the state's start for layer 0, head 0.</param>
/// <param name="LayerStride">Elements from layer to layer.</param>
/// <param name="HeadStride">Elements from head to head.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Heads">Heads.</param>
/// <param name="Count">Elements of one head's.</param>
public sealed record StateTensor(string Name, long Offset, long LayerStride, long HeadStride, int Layers, int Heads, int Count);
