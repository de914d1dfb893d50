namespace TttGen;

/// <summary>Token ids of one sequence.</summary>
public readonly struct Tokens
{
    private readonly int[] _ids;

    /// <summary>A sequence of these ids.</summary>
    public Tokens(params ReadOnlySpan<int> ids) => _ids = ids.ToArray();

    /// <summary>The ids.</summary>
    public ReadOnlySpan<int> Ids => _ids;
}
