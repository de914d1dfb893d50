using System.Runtime.CompilerServices;

namespace TttGen.Scans;

/// <summary>What an optimiser's step is given of each token: a column for each input, [tokens, 1].</summary>
/// <typeparam name="T">The element.</typeparam>
[InlineArray(Limit)]
public struct TokenInputs<T> where T : unmanaged
{
    /// <summary>Inputs at most.</summary>
    public const int Limit = 8;

    private RowView<T> _first;

    /// <summary>The inputs, in the order of the step.</summary>
    public static TokenInputs<T> Of(ReadOnlySpan<RowView<T>> inputs)
    {
        var all = default(TokenInputs<T>);
        inputs.CopyTo(all);
        return all;
    }

    /// <summary>The inputs from one of the tokens on.</summary>
    public readonly TokenInputs<T> From(int token)
    {
        var inputs = this;
        for (var k = 0; k < Limit; k++) inputs[k] = this[k].From(token);
        return inputs;
    }
}
