namespace TttGen.Compiler.Ir;

/// <summary>What a sequence carries from call to call of one operation, in each layer: for each head its parts, one behind another.</summary>
/// <param name="Name">What it belongs to.</param>
/// <param name="Heads">How many heads there are; 1 for what has none.</param>
/// <param name="Parts">Of one head.</param>
public sealed record Carry(string Name, int Heads, IReadOnlyList<CarryPart> Parts)
{
    /// <summary>Elements of one head.</summary>
    public long HeadSize { get; } = Parts.Sum(p => p.Room);

    /// <summary>Elements of one layer.</summary>
    public long Size => Heads * HeadSize;

    /// <summary>The parts, each with the first of its elements.</summary>
    public IEnumerable<(CarryPart Part, long Offset)> Placed
    {
        get
        {
            long offset = 0;
            foreach (var part in Parts)
            {
                yield return (part, offset);
                offset += part.Room;
            }
        }
    }
}

/// <summary>A tensor of a carry, in float32.</summary>
/// <param name="Name">As probes and errors call it.</param>
/// <param name="Elements">How many, of one head.</param>
/// <param name="Start">The parameter that it is at a sequence's start; null: zeros.</param>
public sealed record CarryPart(string Name, long Elements, string? Start = null)
{
    /// <summary>Elements that it takes: each part begins at a boundary of 16.</summary>
    public long Room { get; } = (Elements + 15) / 16 * 16;
}
