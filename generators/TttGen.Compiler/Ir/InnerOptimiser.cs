namespace TttGen.Compiler.Ir;

/// <summary>
/// How a memory's fast weights move: what is kept beside each element, and how a token changes it. All of it is linear in the parts and the gradient, so that after
/// any number of tokens a part is a sum of the parts before them and of their gradients: p'q = Σr transition(q, r) pr + gain(q) ∇ℓ for one token.
/// </summary>
/// <param name="Name">The record's name.</param>
/// <param name="Parts">What is kept, the weight itself first; the others start at zero.</param>
/// <param name="Inputs">Numbers that the layer gives for each token and head.</param>
/// <param name="Graph">Where the coefficients live; its inputs are <paramref name="Inputs"/>.</param>
/// <param name="Transition">The share of part r in part q after a token.</param>
/// <param name="Gain">The share of the token's gradient in part q.</param>
/// <param name="Close">The share of part r in part q after a mini-batch's end.</param>
public sealed record InnerOptimiser(string Name, IReadOnlyList<string> Parts, IReadOnlyList<string> Inputs, Graph Graph, Node[,] Transition, Node[] Gain, double[,] Close)
{
    /// <summary>A token's k-th input, in <see cref="Graph"/>.</summary>
    public static Argument Input(string name, int k) => new(ArgumentKind.StepInput, name, Index: k);

    private readonly bool[,] _reaches = Closure(Transition, Close);

    /// <summary>Whether part r before some tokens has a share in part q after them, whatever their number.</summary>
    public bool Reaches(int q, int r) => _reaches[q, r];

    /// <summary>Whether a mini-batch's end leaves all parts as they are.</summary>
    public bool ClosesByItself { get; } = Enumerable.Range(0, Parts.Count).All(q => Enumerable.Range(0, Parts.Count).All(r => Close[q, r] == (q == r ? 1 : 0)));

    private static bool[,] Closure(Node[,] transition, double[,] close)
    {
        var count = transition.GetLength(0);
        var reaches = new bool[count, count];
        for (var q = 0; q < count; q++)
            for (var r = 0; r < count; r++)
                reaches[q, r] = q == r || transition[q, r] is not Zero || close[q, r] != 0;
        for (var via = 0; via < count; via++)
            for (var q = 0; q < count; q++)
                for (var r = 0; r < count; r++)
                    reaches[q, r] |= reaches[q, via] && reaches[via, r];
        return reaches;
    }
}
