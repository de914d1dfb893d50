namespace TttGen.SpecFuzz.Checking;

/// <summary>What is measured of a compiled model: a name, a figure, and its bar.</summary>
internal sealed record Figure(string What, double Value, double Bar)
{
    public bool Ok => Value <= Bar;
}
