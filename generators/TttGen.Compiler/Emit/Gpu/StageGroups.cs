using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>
/// A kernel's stages in the order in which a block runs them. Products with the same right operand run together, where nothing between them stands against it:
/// each of its elements is then read once for all of them.
/// </summary>
internal static class StageGroups
{
    /// <summary>The stages, those that run together in one list.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="rows">Rows of a call: of one row, each stage runs by itself.</param>
    public static List<IReadOnlyList<Stage>> Of(TileKernel kernel, int rows)
    {
        if (rows == 1) return [.. kernel.Stages.Select(s => new[] { s })];
        var groups = new List<IReadOnlyList<Stage>>();
        var left = kernel.Stages.ToList();
        while (left.Count > 0)
        {
            var group = new List<Stage> { left[0] };
            for (var k = 1; k < left.Count && left[0] is ContractStage first; k++)
                if (left[k] is ContractStage other && AreAlike(first, other) && left.Take(k).All(before => AreApart(kernel, before, other))) group.Add(other);
            groups.Add(group);
            left.RemoveAll(group.Contains);
        }
        return groups;
    }

    private static bool AreAlike(ContractStage a, ContractStage b) =>
        a.B == b.B && a.Rows == b.Rows && a.Inner == b.Inner && a.Columns == b.Columns && a.A.Value is not null && b.A.Value is not null
        && a.A.Transposed == b.A.Transposed && a.A.Value.Rank == b.A.Value.Rank && a.Triangle == Triangle.None && b.Triangle == Triangle.None;

    /// <summary>Neither writes what the other reads or writes.</summary>
    private static bool AreApart(TileKernel kernel, Stage a, Stage b)
    {
        HashSet<TileBuffer> readByA = [.. StageAccess.Reads(kernel, a)], readByB = [.. StageAccess.Reads(kernel, b)];
        return !StageAccess.Writes(kernel, a).Any(w => readByB.Contains(w) || StageAccess.Writes(kernel, b).Contains(w)) && !StageAccess.Writes(kernel, b).Any(readByA.Contains);
    }
}
