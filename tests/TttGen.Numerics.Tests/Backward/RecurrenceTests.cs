using TttGen.Cpu;
using TttGen.Numerics.Tests.Spec;
using TttGen.Recurrences;
using Xunit.Abstractions;

namespace TttGen.Numerics.Tests.Backward;

/// <summary>Generated scans of recurrences and their gradients by themselves, in float64 and float32, against the executable spec and its slopes.</summary>
public sealed class RecurrenceTests(ITestOutputHelper output)
{
    private static readonly RecurrenceInput[] OfSelectiveScan = [new("value", false), new("rate", false), new("write", true), new("read", true)], OfTwoHands = [new("value", false), new("write", true), new("read", true)];

    private static readonly Dictionary<string, RecurrenceCase> Cases = new()
    {
        ["SelectiveScan, 30 × 5"] = new(typeof(SelectiveByThirty), "SelectiveScan", 30, 5, 1, OfSelectiveScan, [new("decayLog", true)], (r, w) =>
            new Seq<Thirty>(r[0]).Scan<SelectiveScan, Five>(new Seq<Thirty>(r[1]), new Mat<Thirty, Five>(w[0]), new Seq<Five>(r[2]), new Seq<Five>(r[3])).Items.ToArray()),
        ["SelectiveScan, 96 × 16"] = new(typeof(SelectiveMamba), "SelectiveScan", 96, 16, 1, OfSelectiveScan, [new("decayLog", true)], (r, w) =>
            new Seq<SmallMamba.Channels>(r[0]).Scan<SelectiveScan, SmallMamba.Places>(new Seq<SmallMamba.Channels>(r[1]), new Mat<SmallMamba.Channels, SmallMamba.Places>(w[0]),
                new Seq<SmallMamba.Places>(r[2]), new Seq<SmallMamba.Places>(r[3])).Items.ToArray()),
        ["SelectiveScan, 200 × 16"] = new(typeof(SelectiveByTwoHundred), "SelectiveScan", 200, 16, 1, OfSelectiveScan, [new("decayLog", true)], (r, w) =>
            new Seq<TwoHundred>(r[0]).Scan<SelectiveScan, Sixteen>(new Seq<TwoHundred>(r[1]), new Mat<TwoHundred, Sixteen>(w[0]), new Seq<Sixteen>(r[2]), new Seq<Sixteen>(r[3])).Items.ToArray()),
        ["TwoHands, 12 × 3"] = new(typeof(RecurrentByTwelve), "TwoHands", 12, 3, 2, OfTwoHands, [new("weight", true)], (r, w) =>
            new Seq<Twelve>(r[0]).Scan<TwoHands, Three>(new Seq<Three>(r[1]), new Mat<Twelve, Three>(w[0]), 0.25, new Seq<Three>(r[2])).Items.ToArray()),
        ["TwoHands, 96 × 2"] = new(typeof(RecurrentByNinetySix), "TwoHands", 96, 2, 2, OfTwoHands, [new("weight", true)], (r, w) =>
            new Seq<NinetySix>(r[0]).Scan<TwoHands, Two>(new Seq<Two>(r[1]), new Mat<NinetySix, Two>(w[0]), 0.25, new Seq<Two>(r[2])).Items.ToArray()),
        ["WeightedMean, 12"] = new(typeof(RecurrentByTwelve), "WeightedMean", 12, 1, 4, [new("value", false), new("key", false)], [new("decay", false), new("bonus", false)], (r, w) =>
            new Seq<Twelve>(r[0]).Scan<WeightedMean>(new Seq<Twelve>(r[1]), new Vec<Twelve>(w[0]), new Vec<Twelve>(w[1])).Items.ToArray()),
        ["GatedUnit, 96"] = new(typeof(RecurrentByNinetySix), "GatedUnit", 96, 1, 1, [new("value", false), new("gate", false)], [new("decay", false)], (r, w) =>
            new Seq<NinetySix>(r[0]).Scan<GatedUnit>(new Seq<NinetySix>(r[1]), new Vec<NinetySix>(w[0]), 0.75).Items.ToArray())
        { Numbers = [0.75] },
    };

    public static TheoryData<string, int> Lengths
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var name in Cases.Keys)
                foreach (var tokens in new[] { 1, 15, 17, 50, 300 }) data.Add(name, tokens);
            return data;
        }
    }

    [Fact]
    public void One_of_them_is_more_than_a_block_and_no_whole_registers()
    {
        var wide = Cases["SelectiveScan, 200 × 16"];
        Assert.InRange(wide.Block, 16, wide.Channels - 1);
        Assert.NotEqual(0, (wide.Channels - wide.Block) % 16);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void In_float64_a_scan_is_the_spec_however_it_is_cut(string name, int tokens)
    {
        var drawn = Cases[name].Draw(tokens, 3);
        var expected = drawn.Spec();
        foreach (var cut in new[] { 0, 1, tokens / 2, tokens })
        {
            RelativeError.Within(1e-11, drawn.Answers<double, Lanes128d>(cut), expected, $"{name}, 128 bits, cut at {cut}");
            RelativeError.Within(1e-11, drawn.Answers<double, Lanes256d>(cut), expected, $"{name}, 256 bits, cut at {cut}");
            RelativeError.Within(1e-11, drawn.Answers<double, Lanes512d>(cut), expected, $"{name}, 512 bits, cut at {cut}");
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void In_float32_a_scan_is_the_spec(string name, int tokens)
    {
        var drawn = Cases[name].Draw(tokens, 4);
        var expected = drawn.Spec();
        RelativeError.Within(2e-5, drawn.Answers<float, Lanes128>(tokens / 3), expected, $"{name}, 128 bits");
        RelativeError.Within(2e-5, drawn.Answers<float, Lanes256>(tokens / 3), expected, $"{name}, 256 bits");
        RelativeError.Within(2e-5, drawn.Answers<float, Lanes512>(tokens / 3), expected, $"{name}, 512 bits");
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Gradients_are_the_slopes_of_the_spec(string name, int tokens)
    {
        if (tokens == 300) tokens = 70;
        var drawn = Cases[name].Draw(tokens, 5);
        var gradient = drawn.Gradient<double, Lanes256d>();
        foreach (var (what, measured, derived) in drawn.Slopes(gradient, 5))
        {
            if (measured.All(slope => Math.Abs(slope) < 1e-10))
            {
                // nothing depends on it: of one token, a mean is its value
                Assert.All(derived, slope => Assert.Equal(0, slope, 1e-10));
                continue;
            }
            output.WriteLine($"{what}: {RelativeError.Of(derived, measured):E1}");
            RelativeError.Within(1e-7, derived, measured, $"{name}, {what}");
        }
        Check(drawn.Gradient<float, Lanes256>(), 1e-4, "float32");
        Check(drawn.Gradient<double, Lanes512d>(), 1e-11, "512 bits");
        Check(drawn.Gradient<double, Lanes128d>(), 1e-11, "128 bits");

        void Check(Dictionary<string, double[]> found, double bar, string how)
        {
            foreach (var (what, slopes) in found.Where(g => gradient[g.Key].Any(slope => Math.Abs(slope) > 1e-10))) RelativeError.Within(bar, slopes, gradient[what], $"{name}, {what}, {how}");
        }
    }
}
