using TttGen.Cpu;
using TttGen.Training;

namespace TttGen.Numerics.Tests.Backward;

/// <summary>What a <see cref="CrossEntropyHead"/> answers.</summary>
internal sealed record HeadResult(BatchLoss Loss, float[] DX, float[] DHead);

/// <summary>Operands for a <see cref="CrossEntropyHead"/>: random numbers, every fifth row without a target, a gradient that was there before.</summary>
internal sealed unsafe class HeadCall
{
    private readonly int _rows, _width, _vocabulary;

    public HeadCall(int rows, int width, int vocabulary)
    {
        (_rows, _width, _vocabulary) = (rows, width, vocabulary);
        var random = new Random(rows + width + vocabulary);
        float[] Numbers(int count, double size) => [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() * 2 - 1) * size))];
        X = Numbers(rows * width, 1);
        Head = Numbers(vocabulary * width, 0.3);
        DHead = Numbers(vocabulary * width, 0.1);
        Targets = [.. Enumerable.Range(0, rows).Select(i => i % 5 == 3 ? -1 : random.Next(vocabulary))];
    }

    /// <summary>[rows, width].</summary>
    public float[] X { get; }

    /// <summary>[vocabulary, width].</summary>
    public float[] Head { get; }

    /// <summary>[vocabulary, width]: what the gradient is added to.</summary>
    public float[] DHead { get; }

    /// <summary>[rows].</summary>
    public int[] Targets { get; }

    public HeadResult Run(int threads, float scale, int bits = 512, bool gradient = true, int? maxRows = null)
    {
        using var pool = new WorkerPool(threads);
        using var head = new CrossEntropyHead(pool, _width, _vocabulary, maxRows ?? Math.Max(1, _rows)) { MostBits = bits };
        using var forth = new PackedMatrix(_width, _vocabulary, WeightType.Float32);
        using var back = new PackedMatrix(_vocabulary, _width, WeightType.Float32);
        forth.SetRows(0, Head);
        back.SetInnerRows(0, Head);
        var dX = new float[_rows * _width + 1];
        Array.Fill(dX, float.NaN);
        float[] dHead = [.. DHead];
        fixed (float* x = X.Length > 0 ? X : [0], dXAt = dX, dHeadAt = dHead)
        fixed (int* targets = Targets.Length > 0 ? Targets : [0])
        {
            BatchLoss loss = head.Run(x, _width, targets, _rows, forth, back, scale, gradient ? dXAt : null, _width, dHeadAt);
            Assert.True(float.IsNaN(dX[^1]));
            return new HeadResult(loss, dX[..^1], dHead);
        }
    }

    /// <summary>The definition.</summary>
    public HeadResult Exact(double scale)
    {
        double nats = 0;
        var dX = new double[_rows * _width];
        double[] dHead = [.. DHead.Select(x => (double)x)];
        for (int n = 0; n < _rows; n++)
        {
            if (Targets[n] < 0)
                continue;
            double[] logits = [.. Enumerable.Range(0, _vocabulary).Select(v => Enumerable.Range(0, _width).Sum(j => (double)X[n * _width + j] * Head[v * _width + j]))];
            double most = logits.Max(), sum = logits.Sum(l => Math.Exp(l - most));
            nats += Math.Log(sum) + most - logits[Targets[n]];
            for (int v = 0; v < _vocabulary; v++)
            {
                double gradient = scale * (Math.Exp(logits[v] - most) / sum - (v == Targets[n] ? 1 : 0));
                for (int j = 0; j < _width; j++)
                {
                    dX[n * _width + j] += gradient * Head[v * _width + j];
                    dHead[v * _width + j] += gradient * X[n * _width + j];
                }
            }
        }

        return new HeadResult(new BatchLoss(nats, Targets.Count(t => t >= 0)), [.. dX.Select(x => (float)x)], [.. dHead.Select(x => (float)x)]);
    }
}
