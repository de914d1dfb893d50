using TttGen.Checkpoints;

namespace TttGen.App.Inspecting;

/// <summary>Parameters of one shape and, layer numbers aside, one name.</summary>
/// <param name="Key">With <c>*</c> for the numbers.</param>
/// <param name="Shape">Of each.</param>
/// <param name="Copies">How many there are.</param>
internal sealed record ParameterGroup(string Key, IReadOnlyList<int> Shape, int Copies)
{
    /// <summary>Elements of all of them.</summary>
    public long Count => Copies * Shape.Aggregate(1L, static (count, size) => count * size);

    /// <summary>For example <c>[768, 2048]</c>.</summary>
    public string ShapeText => $"[{string.Join(", ", Shape)}]";

    /// <summary>Groups in the order in which their first members come.</summary>
    public static IReadOnlyList<ParameterGroup> Of(IEnumerable<ParameterInfo> parameters) =>
    [
        .. parameters
            .GroupBy(static parameter => (Key: Pattern(parameter.Key), Shape: string.Join(',', parameter.Shape)))
            .Select(static group => new ParameterGroup(group.Key.Key, group.First().Shape, group.Count())),
    ];

    private static string Pattern(string key) =>
        string.Join('.', key.Split('.').Select(static part => part.All(char.IsAsciiDigit) ? "*" : part));
}
