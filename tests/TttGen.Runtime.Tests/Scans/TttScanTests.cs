namespace TttGen.Runtime.Tests.Scans;

/// <summary>The drivers of scans, over a memory small enough to be written by hand.</summary>
public class TttScanTests
{
    public static TheoryData<int, int> Calls
    {
        get
        {
            var calls = new TheoryData<int, int>();
            foreach (var tokens in (int[])[1, 2, 3, 4, 5, 8, 15, 17, 50])
                foreach (var place in (int[])[0, 1, 3]) calls.Add(tokens, place);
            return calls;
        }
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Answers_are_those_of_the_definition(int tokens, int place)
    {
        var scan = new ScalarScan(tokens, place, 7);
        var (weight, sum) = (scan.Inputs[^2], scan.Inputs[^1]);
        var expected = new List<double>();
        for (var t = 0; t < tokens; t++)
        {
            var at = (place + t) % 4;
            sum += scan.Inputs[2 * tokens + t] * (weight - scan.Inputs[t]);
            expected.Add(scan.Inputs[tokens + t] * (weight - scan.Inputs[3 * tokens + at] * sum));
            if (at == 3) (weight, sum) = (weight - scan.Inputs[3 * tokens + 3] * sum, 0);
        }
        double[] all = [.. expected, weight, sum];

        Same(all, scan.Forward(isDual: true, tokens));
        Same(all, scan.Forward(isDual: false, tokens));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Any_split_into_calls_gives_the_same(int tokens, int place)
    {
        var scan = new ScalarScan(tokens, place, 11);
        var whole = scan.Forward(isDual: true, tokens);

        for (var first = 0; first <= tokens; first++)
            foreach (var isDual in (bool[])[true, false]) Same(whole, scan.Forward(isDual, first, tokens - first));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Gradients_are_those_of_finite_differences(int tokens, int place)
    {
        var scan = new ScalarScan(tokens, place, 13);
        var gradients = scan.Backward(isDual: true, every: 3);

        for (var k = 0; k < scan.Inputs.Length; k++)
        {
            // there is no gradient sum to differentiate by at a mini-batch's start: it comes out as zero
            if (place == 0 && k == scan.Inputs.Length - 1) Assert.Equal(0, gradients[k]);
            else Assert.Equal(Difference(scan, k), gradients[k], 1e-7);
        }
        Same(gradients, scan.Backward(isDual: false, every: 3));
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public void Checkpoints_change_no_bit_of_a_gradient(int tokens, int place)
    {
        var scan = new ScalarScan(tokens, place, 17);
        var (dual, primal) = (scan.Backward(isDual: true, every: 1), scan.Backward(isDual: false, every: 1));

        for (var every = 2; every <= 15; every++)
        {
            Assert.Equal(dual, scan.Backward(isDual: true, every));
            Assert.Equal(primal, scan.Backward(isDual: false, every));
        }
    }

    [Fact]
    public void Inner_losses_are_those_at_the_start_before_and_after_each_mini_batch()
    {
        // mini-batches of 2 (from place 2), 4 and 1 tokens
        var scan = new ScalarScan(7, 2, 19);
        double[] expected = [Losses(0.25, 0, 7), 0, 0];
        foreach (var (from, count) in (ReadOnlySpan<(int, int)>)[(0, 2), (2, 4), (6, 1)])
        {
            var (weight, sum) = from == 0 ? (scan.Inputs[^2], scan.Inputs[^1]) : (State(from)[0], 0.0);
            expected[1] += Losses(weight, from, count);
            for (var t = from; t < from + count; t++) sum += scan.Inputs[14 + t] * (weight - scan.Inputs[t]);
            expected[2] += Losses(weight - scan.Inputs[21 + (1 + from + count) % 4] * sum, from, count);
        }

        Same(expected, scan.Losses(0.25));

        double Losses(double weight, int from, int count) => scan.Inputs.Skip(from).Take(count).Sum(key => (weight - key) * (weight - key) / 2);
        double[] State(int tokens) => new ScalarScan(tokens, 2, 19) { Inputs = [.. scan.Inputs[..tokens], .. scan.Inputs[7..(7 + tokens)], .. scan.Inputs[14..(14 + tokens)], .. scan.Inputs[21..]] }.Forward(true, tokens)[^2..];
    }

    private static double Difference(ScalarScan scan, int input)
    {
        const double Step = 1e-5;
        double At(double by)
        {
            double[] moved = [.. scan.Inputs];
            moved[input] += by;
            return new ScalarScan(scan.Tokens, scan.Place, 13) { Inputs = moved }.Loss();
        }
        return (At(Step) - At(-Step)) / (2 * Step);
    }

    private static void Same(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-12);
    }
}
