using System.Numerics;
using TttGen.Cpu;
using TttGen.Numerics.Tests.Spec;
using TttGen.Recurrences;
using Xunit.Abstractions;

namespace TttGen.Numerics.Tests.Backward;

/// <summary>Generated scans of recurrences and their gradients by themselves, in float64 and float32, against the executable spec and its slopes.</summary>
public sealed class RecurrenceTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, RecurrenceCase> Cases = new()
    {
        ["SelectiveScan, 30 × 5"] = RecurrenceCase.Of<SelectiveOfThirty>(),
        ["SelectiveScan, 96 × 16"] = RecurrenceCase.Of<SelectiveOfNinetySix>(),
        ["TwoHands, 12 × 3"] = RecurrenceCase.Of<TwoHandsOfTwelve>(),
        ["TwoHands, 96 × 2"] = RecurrenceCase.Of<TwoHandsOfNinetySix>(),
        ["WeightedMean, 12"] = RecurrenceCase.Of<MeanOfTwelve>(),
        ["GatedUnit, 96"] = RecurrenceCase.Of<GatedOfNinetySix>(),
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

    private sealed class SelectiveOfThirty : IRecurrenceCase
    {
        public static (int Channels, int Places, int Parts) Sizes => (30, 5, 1);

        public static (string Name, bool OfPlaces)[] Rows => [("value", false), ("rate", false), ("write", true), ("read", true)];

        public static (string Name, bool OfPlaces)[] Weights => [("decayLog", true)];

        public static double[] Spec(double[][] rows, double[][] weights) =>
            new Seq<Thirty>(rows[0]).Scan<SelectiveScan, Five>(new Seq<Thirty>(rows[1]), new Mat<Thirty, Five>(weights[0]), new Seq<Five>(rows[2]), new Seq<Five>(rows[3])).Items.ToArray();

        public static unsafe void Run<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* answers, nint row, T* state, T* scratch) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
            SelectiveByThirty.SelectiveScanRecurrence.Run<T, V>(tokens, channel, r[0], s[0], r[1], s[1], r[2], s[2], r[3], s[3], w[0], answers, row, state, state, scratch);

        public static unsafe void Backward<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* dAnswers, nint row, T*[] dr, nint[] ds, T*[] dw, T* state, T* kept, T* scratch) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
            SelectiveByThirty.SelectiveScanRecurrenceBackward.Run<T, V>(tokens, channel, r[0], s[0], r[1], s[1], r[2], s[2], r[3], s[3], w[0], dAnswers, row, dr[0], ds[0], dr[1], ds[1], dr[2], ds[2], dr[3], ds[3], dw[0], state, kept, scratch);

        public static (int Block, long Scratch, long BackwardScratch, long Kept) Memory(int tokens) => (SelectiveByThirty.SelectiveScanRecurrence.Block,
            SelectiveByThirty.SelectiveScanRecurrence.ScratchSize, SelectiveByThirty.SelectiveScanRecurrenceBackward.ScratchSize, SelectiveByThirty.SelectiveScanRecurrenceBackward.CheckpointsSize(tokens));
    }

    private sealed class SelectiveOfNinetySix : IRecurrenceCase
    {
        public static (int Channels, int Places, int Parts) Sizes => (96, 16, 1);

        public static (string Name, bool OfPlaces)[] Rows => SelectiveOfThirty.Rows;

        public static (string Name, bool OfPlaces)[] Weights => SelectiveOfThirty.Weights;

        public static double[] Spec(double[][] rows, double[][] weights) => new Seq<SmallMamba.Channels>(rows[0]).Scan<SelectiveScan, SmallMamba.Places>(
            new Seq<SmallMamba.Channels>(rows[1]), new Mat<SmallMamba.Channels, SmallMamba.Places>(weights[0]), new Seq<SmallMamba.Places>(rows[2]), new Seq<SmallMamba.Places>(rows[3])).Items.ToArray();

        public static unsafe void Run<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* answers, nint row, T* state, T* scratch) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
            SelectiveMamba.SelectiveScanRecurrence.Run<T, V>(tokens, channel, r[0], s[0], r[1], s[1], r[2], s[2], r[3], s[3], w[0], answers, row, state, state, scratch);

        public static unsafe void Backward<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* dAnswers, nint row, T*[] dr, nint[] ds, T*[] dw, T* state, T* kept, T* scratch) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
            SelectiveMamba.SelectiveScanRecurrenceBackward.Run<T, V>(tokens, channel, r[0], s[0], r[1], s[1], r[2], s[2], r[3], s[3], w[0], dAnswers, row, dr[0], ds[0], dr[1], ds[1], dr[2], ds[2], dr[3], ds[3], dw[0], state, kept, scratch);

        public static (int Block, long Scratch, long BackwardScratch, long Kept) Memory(int tokens) => (SelectiveMamba.SelectiveScanRecurrence.Block,
            SelectiveMamba.SelectiveScanRecurrence.ScratchSize, SelectiveMamba.SelectiveScanRecurrenceBackward.ScratchSize, SelectiveMamba.SelectiveScanRecurrenceBackward.CheckpointsSize(tokens));
    }

    private sealed class TwoHandsOfTwelve : IRecurrenceCase
    {
        public static (int Channels, int Places, int Parts) Sizes => (12, 3, 2);

        public static (string Name, bool OfPlaces)[] Rows => [("value", false), ("write", true), ("read", true)];

        public static (string Name, bool OfPlaces)[] Weights => [("weight", true)];

        public static double[] Spec(double[][] rows, double[][] weights) =>
            new Seq<Twelve>(rows[0]).Scan<TwoHands, Three>(new Seq<Three>(rows[1]), new Mat<Twelve, Three>(weights[0]), 0.25, new Seq<Three>(rows[2])).Items.ToArray();

        public static unsafe void Run<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* answers, nint row, T* state, T* scratch) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
            RecurrentByTwelve.TwoHandsRecurrence.Run<T, V>(tokens, channel, r[0], s[0], r[1], s[1], r[2], s[2], w[0], answers, row, state, state, scratch);

        public static unsafe void Backward<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* dAnswers, nint row, T*[] dr, nint[] ds, T*[] dw, T* state, T* kept, T* scratch) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
            RecurrentByTwelve.TwoHandsRecurrenceBackward.Run<T, V>(tokens, channel, r[0], s[0], r[1], s[1], r[2], s[2], w[0], dAnswers, row, dr[0], ds[0], dr[1], ds[1], dr[2], ds[2], dw[0], state, kept, scratch);

        public static (int Block, long Scratch, long BackwardScratch, long Kept) Memory(int tokens) => (RecurrentByTwelve.TwoHandsRecurrence.Block,
            RecurrentByTwelve.TwoHandsRecurrence.ScratchSize, RecurrentByTwelve.TwoHandsRecurrenceBackward.ScratchSize, RecurrentByTwelve.TwoHandsRecurrenceBackward.CheckpointsSize(tokens));
    }

    private sealed class TwoHandsOfNinetySix : IRecurrenceCase
    {
        public static (int Channels, int Places, int Parts) Sizes => (96, 2, 2);

        public static (string Name, bool OfPlaces)[] Rows => TwoHandsOfTwelve.Rows;

        public static (string Name, bool OfPlaces)[] Weights => TwoHandsOfTwelve.Weights;

        public static double[] Spec(double[][] rows, double[][] weights) =>
            new Seq<NinetySix>(rows[0]).Scan<TwoHands, Two>(new Seq<Two>(rows[1]), new Mat<NinetySix, Two>(weights[0]), 0.25, new Seq<Two>(rows[2])).Items.ToArray();

        public static unsafe void Run<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* answers, nint row, T* state, T* scratch) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
            RecurrentByNinetySix.TwoHandsRecurrence.Run<T, V>(tokens, channel, r[0], s[0], r[1], s[1], r[2], s[2], w[0], answers, row, state, state, scratch);

        public static unsafe void Backward<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* dAnswers, nint row, T*[] dr, nint[] ds, T*[] dw, T* state, T* kept, T* scratch) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
            RecurrentByNinetySix.TwoHandsRecurrenceBackward.Run<T, V>(tokens, channel, r[0], s[0], r[1], s[1], r[2], s[2], w[0], dAnswers, row, dr[0], ds[0], dr[1], ds[1], dr[2], ds[2], dw[0], state, kept, scratch);

        public static (int Block, long Scratch, long BackwardScratch, long Kept) Memory(int tokens) => (RecurrentByNinetySix.TwoHandsRecurrence.Block,
            RecurrentByNinetySix.TwoHandsRecurrence.ScratchSize, RecurrentByNinetySix.TwoHandsRecurrenceBackward.ScratchSize, RecurrentByNinetySix.TwoHandsRecurrenceBackward.CheckpointsSize(tokens));
    }

    private sealed class MeanOfTwelve : IRecurrenceCase
    {
        public static (int Channels, int Places, int Parts) Sizes => (12, 1, 4);

        public static (string Name, bool OfPlaces)[] Rows => [("value", false), ("key", false)];

        public static (string Name, bool OfPlaces)[] Weights => [("decay", false), ("bonus", false)];

        public static double[] Spec(double[][] rows, double[][] weights) =>
            new Seq<Twelve>(rows[0]).Scan<WeightedMean>(new Seq<Twelve>(rows[1]), new Vec<Twelve>(weights[0]), new Vec<Twelve>(weights[1])).Items.ToArray();

        public static unsafe void Run<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* answers, nint row, T* state, T* scratch) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
            RecurrentByTwelve.WeightedMeanRecurrence.Run<T, V>(tokens, channel, r[0], s[0], r[1], s[1], w[0], w[1], answers, row, state, state, scratch);

        public static unsafe void Backward<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* dAnswers, nint row, T*[] dr, nint[] ds, T*[] dw, T* state, T* kept, T* scratch) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
            RecurrentByTwelve.WeightedMeanRecurrenceBackward.Run<T, V>(tokens, channel, r[0], s[0], r[1], s[1], w[0], w[1], dAnswers, row, dr[0], ds[0], dr[1], ds[1], dw[0], dw[1], state, kept, scratch);

        public static (int Block, long Scratch, long BackwardScratch, long Kept) Memory(int tokens) => (RecurrentByTwelve.WeightedMeanRecurrence.Block,
            RecurrentByTwelve.WeightedMeanRecurrence.ScratchSize, RecurrentByTwelve.WeightedMeanRecurrenceBackward.ScratchSize, RecurrentByTwelve.WeightedMeanRecurrenceBackward.CheckpointsSize(tokens));
    }

    private sealed class GatedOfNinetySix : IRecurrenceCase
    {
        public static (int Channels, int Places, int Parts) Sizes => (96, 1, 1);

        public static (string Name, bool OfPlaces)[] Rows => [("value", false), ("gate", false)];

        public static (string Name, bool OfPlaces)[] Weights => [("decay", false)];

        public static double[] Spec(double[][] rows, double[][] weights) =>
            new Seq<NinetySix>(rows[0]).Scan<GatedUnit>(new Seq<NinetySix>(rows[1]), new Vec<NinetySix>(weights[0]), 0.75).Items.ToArray();

        public static unsafe void Run<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* answers, nint row, T* state, T* scratch) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
            RecurrentByNinetySix.GatedUnitRecurrence.Run<T, V>(tokens, channel, r[0], s[0], r[1], s[1], w[0], T.CreateTruncating(0.75), answers, row, state, state, scratch);

        public static unsafe void Backward<T, V>(int tokens, int channel, T*[] r, nint[] s, T*[] w, T* dAnswers, nint row, T*[] dr, nint[] ds, T*[] dw, T* state, T* kept, T* scratch) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>
            RecurrentByNinetySix.GatedUnitRecurrenceBackward.Run<T, V>(tokens, channel, r[0], s[0], r[1], s[1], w[0], T.CreateTruncating(0.75), dAnswers, row, dr[0], ds[0], dr[1], ds[1], dw[0], state, kept, scratch);

        public static (int Block, long Scratch, long BackwardScratch, long Kept) Memory(int tokens) => (RecurrentByNinetySix.GatedUnitRecurrence.Block,
            RecurrentByNinetySix.GatedUnitRecurrence.ScratchSize, RecurrentByNinetySix.GatedUnitRecurrenceBackward.ScratchSize, RecurrentByNinetySix.GatedUnitRecurrenceBackward.CheckpointsSize(tokens));
    }
}
