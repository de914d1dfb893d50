namespace TttGen.Compiler.Ir;

/// <summary>What a program of a memory's scan is given, or gives.</summary>
public enum ArgumentKind
{
    /// <summary>[rows, width]: what the rows are learnt at.</summary>
    Key,

    /// <summary>[rows, width]: what is learnt.</summary>
    Value,

    /// <summary>[rows, width]: what is asked.</summary>
    Query,

    /// <summary>[rows, width]: the answers.</summary>
    Output,

    /// <summary>[rows]: the inner rate of each row.</summary>
    Rate,

    /// <summary>[rows]: what the gradient sum is scaled by at each row's place.</summary>
    TokenRate,

    /// <summary>The token rate of a mini-batch's last place: one number, or one a row.</summary>
    LastTokenRate,

    /// <summary>A weight of the inner model.</summary>
    Weight,

    /// <summary>The sum of a fast weight's gradients since the mini-batch began.</summary>
    Sum,

    /// <summary>A part that an optimiser keeps of a fast weight.</summary>
    Part,

    /// <summary>[rows]: the share of an optimiser's part in each row's weights.</summary>
    Keeps,

    /// <summary>[rows, rows]: the share of each row's gradient in each row's weights.</summary>
    Gains,

    /// <summary>The share of a part in a part after the rows.</summary>
    Ends,

    /// <summary>[rows]: the share of each row's gradient in a part after the rows.</summary>
    EndGains,

    /// <summary>A number that an optimiser's step takes of one token.</summary>
    StepInput,

    /// <summary>A coefficient of an optimiser's step.</summary>
    Coefficient,

    /// <summary>A tensor of a mini-batch's inner gradient, made once for the scan forward and its gradient.</summary>
    Inner,

    /// <summary>[rows]: the inner loss.</summary>
    Loss,
}

/// <summary>A tensor that a program is given or gives: what it is, and what generated code calls it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The identifier.</param>
/// <param name="Weight">The weight that it is, or belongs to.</param>
/// <param name="Index">Which of its kind: a part, an input, a coefficient.</param>
/// <param name="Source">The part that it is a share of.</param>
public sealed record Argument(ArgumentKind Kind, string Name, string Weight = "", int Index = 0, int Source = 0)
{
    /// <summary>[rows, width]: what the rows are learnt at.</summary>
    public static readonly Argument Key = new(ArgumentKind.Key, "key");

    /// <summary>[rows, width]: what is learnt.</summary>
    public static readonly Argument Value = new(ArgumentKind.Value, "value");

    /// <summary>[rows, width]: what is asked.</summary>
    public static readonly Argument Query = new(ArgumentKind.Query, "query");

    /// <summary>[rows, width]: the answers.</summary>
    public static readonly Argument Output = new(ArgumentKind.Output, "output");

    /// <summary>[rows]: the inner rate.</summary>
    public static readonly Argument Rate = new(ArgumentKind.Rate, "lr");

    /// <summary>[rows]: the token rate.</summary>
    public static readonly Argument TokenRate = new(ArgumentKind.TokenRate, "tok");

    /// <summary>The token rate of the last place.</summary>
    public static readonly Argument LastTokenRate = new(ArgumentKind.LastTokenRate, "tokLast");

    /// <summary>The same as one number, in a program that has it once a row, too.</summary>
    public static readonly Argument Last = new(ArgumentKind.LastTokenRate, "last");

    /// <summary>[rows]: the inner loss.</summary>
    public static readonly Argument Loss = new(ArgumentKind.Loss, "loss");

    /// <summary>A weight.</summary>
    public static Argument Of(Weight weight) => new(ArgumentKind.Weight, weight.Name, weight.Name);

    /// <summary>Its gradient sum.</summary>
    public static Argument SumOf(Weight weight) => new(ArgumentKind.Sum, weight.Name + "Sum", weight.Name);

    /// <summary>A tensor of the inner gradient.</summary>
    public static Argument Inner(string name) => new(ArgumentKind.Inner, name);

    /// <summary>Whether it is a gradient.</summary>
    public bool IsGradient { get; init; }

    /// <summary>Whether it has a row of a layer's rows a token, which lie apart by a stride that is known at run time.</summary>
    public bool IsLayerRows => Kind is ArgumentKind.Key or ArgumentKind.Value or ArgumentKind.Query or ArgumentKind.Output;

    /// <summary>The gradient by it.</summary>
    public Argument Gradient => this with { Name = Cotangent(Name), IsGradient = true };

    /// <summary>What the gradient by a value of that name is called.</summary>
    public static string Cotangent(string name) => "d" + char.ToUpperInvariant(name[0]) + name.Substring(1);

    /// <summary>What it becomes.</summary>
    public Argument Next => this with { Name = Name + "Next" };
}
