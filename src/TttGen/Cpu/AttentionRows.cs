namespace TttGen.Cpu;

/// <summary>How many rows a block has.</summary>
internal static class AttentionRows
{
    /// <summary>The more, the less often tiles are read; scores, queries and sums of so many stay in the second cache.</summary>
    private const int Most = 128;

    /// <summary>Tokens of a block of a group of heads.</summary>
    public static int Tokens(int group) => Math.Max(1, Most / group);

    /// <summary>Rows of the largest block.</summary>
    public static int Of(int group) => Tokens(group) * group;

    /// <summary>Elements of so many numbers for each row: whole registers.</summary>
    public static int Room(int group, int numbers) => (numbers * Of(group) + 15) / 16 * 16;
}
