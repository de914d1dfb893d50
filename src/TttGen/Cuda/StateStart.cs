namespace TttGen.Cuda;

/// <summary>Where a learnt starting weight of an inner model goes in a fresh state.</summary>
/// <param name="Slot">The parameter: its number in the generated table.</param>
/// <param name="Offset">Elements from the state's start for layer 0, head 0.</param>
/// <param name="LayerStride">Elements from layer to layer.</param>
/// <param name="HeadStride">Elements from head to head.</param>
/// <param name="Layers">Layers.</param>
/// <param name="Heads">Heads.</param>
/// <param name="Count">Elements of one head's.</param>
/// <param name="Shared">Whether the parameter is one for all heads.</param>
public sealed record StateStart(int Slot, long Offset, long LayerStride, long HeadStride, int Layers, int Heads, int Count, bool Shared);
