namespace TttGen;

/// <summary>Checks of how many numbers a shape holds.</summary>
internal static class Shape
{
    public static void Check(string what, int found, params ReadOnlySpan<int> shape)
    {
        var expected = 1;
        foreach (var size in shape) expected *= size;
        if (found != expected) throw new ArgumentException($"{what}: expected [{string.Join(", ", shape.ToArray())}], {expected} numbers, found {found}");
    }

    /// <summary>How many rows there are of this width.</summary>
    public static int Rows(string what, int found, int width) =>
        found % width == 0 ? found / width : throw new ArgumentException($"{what}: expected rows of {width}, found {found} numbers, which are no whole rows");
}
