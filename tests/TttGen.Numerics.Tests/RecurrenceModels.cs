using TttGen.Layers;
using static TttGen.Ops;

namespace TttGen.Numerics.Tests;

/// <summary>Mamba of 30 channels, five places and three taps: no size is a whole register's.</summary>
[Model(Trainable = true)]
public sealed partial record class SelectiveByThirty(
    [Key("/backbone")] MambaLm<ThirtyOne, Twelve, Two, MambaBlock<Twelve, Thirty, Five, Two, Three>> Lm);

/// <summary>More channels than one block.</summary>
[Dim(200)] public readonly partial struct TwoHundred : IDim;

/// <summary>Mamba of two blocks of channels, the second of no whole registers.</summary>
[Model(Trainable = true)]
public sealed partial record class SelectiveByTwoHundred(
    [Key("/backbone")] MambaLm<ThirtyOne, Twelve, Two, MambaBlock<Twelve, TwoHundred, Sixteen, Two, Three>> Lm);

/// <summary>A gated linear recurrence (Griffin's RG-LRU): h ← a h + √(1 − a²) x, with a decay of the token's own.</summary>
[Recurrence]
public readonly partial record struct GatedUnit(Scalar State) : IRecurrence<GatedUnit>
{
    public GatedUnit Step(Scalar value, Scalar gate, Scalar decay, Scalar sharpness)
    {
        var keep = Exp(-sharpness * Sigmoid(gate) * Softplus(decay));
        return new(keep * State + Sqrt(1.001 - Square(keep)) * value);
    }

    public Scalar Read() => State;
}

/// <summary>RWKV-4's weighted mean of values, kept stable by the greatest exponent so far.</summary>
[Recurrence]
public readonly partial record struct WeightedMean(Scalar Numerator, Scalar Denominator, Scalar Most, Scalar Answer) : IRecurrence<WeightedMean>
{
    public WeightedMean Step(Scalar value, Scalar key, Scalar decay, Scalar bonus)
    {
        var now = Max(Most, bonus + key);
        var old = Exp(Most - now);
        var own = Exp(bonus + key - now);
        var answer = (old * Numerator + own * value) / (old * Denominator + own);
        var faded = Most - Exp(decay);
        var most = Max(faded, key);
        return new(Exp(faded - most) * Numerator + Exp(key - most) * value, Exp(faded - most) * Denominator + Exp(key - most), most, answer);
    }

    public Scalar Read() => Answer;
}

/// <summary>Two parts that read one another's old value, over places, by a function that is not linear.</summary>
[Recurrence]
public readonly partial record struct TwoHands(Scalar Left, Scalar Right) : IRecurrence<TwoHands>
{
    public TwoHands Step(Scalar value, Scalar write, Scalar weight, Scalar share) => new(Tanh(weight * Right + write * value), share * Right + 0.5 * Left);

    public Scalar Read(Scalar read) => Left * read + Square(Right);
}

/// <summary>What is carried is what came, at once.</summary>
[Recurrence]
public readonly partial record struct Last(Scalar Before, Scalar Now) : IRecurrence<Last>
{
    public Last Step(Scalar value) => new(Now, value);

    public Scalar Read() => Before;
}

/// <summary>Recurrences of every kind of input, one after another.</summary>
[Layer]
public readonly partial record struct RecurrentBlock<D, N>(
    RmsNorm<D> Norm, Linear<D, D> GateProj, Linear<D, D> KeyProj, Linear<D, N> WriteProj, Linear<D, N> ReadProj, Linear<D, D> OutProj,
    Vec<D> Decay, Vec<D> Fade, Vec<D> Bonus, Mat<D, N> Weight, [Config("recurrence_sharpness", 0.7)] double Sharpness)
    : ILayer<RecurrentBlock<D, N>, D> where D : IDim where N : IDim
{
    public Seq<D> Apply(Seq<D> x)
    {
        var rows = Norm.Apply(x);
        var gated = rows.Scan<GatedUnit>(rows * GateProj, Decay, Sharpness);
        var mean = gated.Scan<WeightedMean>(rows * KeyProj, Fade, Bonus);
        var hands = mean.Scan<TwoHands, N>(rows * WriteProj, Weight, 0.25, rows * ReadProj);
        return x + (hands + mean.Scan<Last>()) * OutProj;
    }
}

/// <summary>Twelve channels: less than a register of 512 bits.</summary>
[Model(Trainable = true)]
public sealed partial record class RecurrentByTwelve(
    [Key("")] CausalLm<ThirtyOne, Twelve, Two, RecurrentBlock<Twelve, Three>> Lm);

/// <summary>96 channels: whole registers.</summary>
[Model(Trainable = true)]
public sealed partial record class RecurrentByNinetySix(
    [Key("")] CausalLm<ThirtyOne, NinetySix, One, RecurrentBlock<NinetySix, Two>> Lm);
