using TttGen.Scans;

namespace TttGen.Runtime.Tests.Scans;

/// <summary>Tokens for <see cref="ScalarMemory"/>, and its scans over them. Fresh memory holds NaN, and rows lie three apart.</summary>
internal sealed unsafe class ScalarScan(int tokens, int place, int seed)
{
    private const int Stride = 3;

    public int Tokens => tokens;

    public int Place => place;

    /// <summary>Key, query, rate of every token, then token rates of the four places, then weight and gradient sum.</summary>
    public double[] Inputs { get; init; } = Fresh(tokens, place, seed);

    /// <summary>What gradients come in: of every answer, of the weight and of the gradient sum after the last token.</summary>
    public double[] Cotangents { get; } = Random(tokens + 2, seed + 1);

    private static double[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextDouble() * 2 - 1)];
    }

    private static double[] Fresh(int tokens, int place, int seed)
    {
        var inputs = Random(3 * tokens + 6, seed);
        // at the start of a mini-batch there is no gradient sum
        if (place == 0) inputs[^1] = 0;
        return inputs;
    }

    /// <summary>Answers and the state after them, read in calls of the given lengths.</summary>
    public double[] Forward(bool isDual, params int[] calls)
    {
        fixed (double* inputs = Inputs, answers = Poison(tokens * Stride), scratch = Poison(ScanScratch.Forward(4)))
        {
            var state = stackalloc double[] { Inputs[^2], Inputs[^1] };
            var (from, at) = (0, place);
            foreach (var count in calls)
            {
                var call = Call(inputs, answers, state, scratch, from, count, at);
                if (isDual) TttScan.Dual<ScalarMemory, double>(default, call);
                else TttScan.Primal<ScalarMemory, double>(default, call);
                (from, at) = (from + count, (at + count) % 4);
            }
            var rows = answers;
            return [.. Enumerable.Range(0, tokens).Select(i => rows[i * Stride]), state[0], state[1]];
        }
    }

    /// <summary>Gradients in the order of <see cref="Inputs"/>.</summary>
    public double[] Backward(bool isDual, int every)
    {
        var gradients = Poison(3 * tokens + 6);
        Array.Clear(gradients, 3 * tokens, 4);
        var size = ScanCheckpoints<double>.Size(tokens, every, 4, 1, 4);
        fixed (double* inputs = Inputs, cotangents = Cotangents, d = gradients, dValues = Poison(tokens), answers = Poison(tokens * Stride), kept = Poison((int)size),
            scratch = Poison(isDual ? ScanScratch.DualBackward(4, 1) : ScanScratch.PrimalBackward(4, 1)))
        {
            var state = stackalloc double[] { Inputs[^2], Inputs[^1] };
            d[3 * tokens + 4] = cotangents[tokens];
            // where the last mini-batch is over, its gradient sum is gone
            d[3 * tokens + 5] = (place + tokens) % 4 == 0 ? double.NaN : cotangents[tokens + 1];
            var call = Call(inputs, answers, state, scratch, 0, tokens, place);
            var gradient = new ScanGradientCall<double>
            {
                Output = new(cotangents, 1),
                Key = new(d, 1),
                Query = new(d + tokens, 1),
                Value = new(dValues, 1),
                Rate = new(d + 2 * tokens, 1),
                TokenRate = d + 3 * tokens,
                State = d + 3 * tokens + 4,
                CheckpointEvery = every,
                Checkpoints = kept,
            };
            if (isDual) TttScanBackward.Dual<ScalarMemory, double>(default, call, gradient);
            else TttScanBackward.Primal<ScalarMemory, double>(default, call, gradient);
        }
        return gradients;
    }

    /// <summary>What the gradients are of: answers and state, weighed.</summary>
    public double Loss()
    {
        var results = Forward(isDual: true, tokens);
        if ((place + tokens) % 4 == 0) results[^1] = 0;
        return results.Zip(Cotangents, (r, c) => r * c).Sum();
    }

    /// <summary>The three sums of inner losses.</summary>
    public double[] Losses(double initial)
    {
        var sums = new double[3];
        fixed (double* inputs = Inputs, answers = Poison(tokens * Stride), scratch = Poison(ScanScratch.Losses(4, 1, 1) + ScanScratch.Forward(4)), to = sums)
        {
            var state = stackalloc double[] { Inputs[^2], Inputs[^1] };
            InnerLossProbe.Run<ScalarMemory, double>(default, Call(inputs, answers, state, scratch, 0, tokens, place), &initial, to);
        }
        return sums;
    }

    private ScanCall<double> Call(double* inputs, double* answers, double* state, double* scratch, int from, int count, int at) => new()
    {
        Tokens = count,
        Place = at,
        Key = new(inputs + from, 1),
        Value = new(inputs + from, 1),
        Query = new(inputs + tokens + from, 1),
        Rate = new(inputs + 2 * tokens + from, 1),
        Output = new(answers + from * Stride, Stride),
        TokenRate = inputs + 3 * tokens,
        State = state,
        Scratch = scratch,
    };

    private static double[] Poison(int count)
    {
        var memory = new double[Math.Max(1, count)];
        Array.Fill(memory, double.NaN);
        return memory;
    }
}
