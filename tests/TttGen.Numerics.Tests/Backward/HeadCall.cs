using TttGen.Cpu;
using TttGen.Training;

namespace TttGen.Numerics.Tests.Backward;

/// <summary>What a <see cref="CrossEntropyHead"/> answers.</summary>
internal sealed record HeadResult(BatchLoss Loss, float[] DX, float[] DHead);

/// <summary>Operands for a <see cref="CrossEntropyHead"/>: random numbers, every fifth row without a target, a gradient that was there before.</summary>
internal sealed unsafe class HeadCall
{
    private const int Gap = 3;
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
        float[] x = Apart(X), dX = Apart([]), dHead = [.. DHead];
        fixed (float* xAt = x, dXAt = dX, dHeadAt = dHead)
        fixed (int* targets = Targets.Length > 0 ? Targets : [0])
        {
            BatchLoss loss = head.Run(xAt, _width + Gap, targets, _rows, forth, back, scale, gradient ? dXAt : null, _width + Gap, dHeadAt);
            for (int i = 1; i <= _rows; i++)
                Assert.True(float.IsNaN(dX[i * (_width + Gap) - 1]));
            return new HeadResult(loss, [.. Enumerable.Range(0, X.Length).Select(k => dX[k / _width * (_width + Gap) + k % _width])], dHead);
        }
    }

    /// <summary>Rows with NaN between them and after the last.</summary>
    private float[] Apart(float[] rows)
    {
        var apart = new float[_rows * (_width + Gap) + 1];
        Array.Fill(apart, float.NaN);
        for (int i = 0; i < rows.Length / _width; i++)
            rows.AsSpan(i * _width, _width).CopyTo(apart.AsSpan(i * (_width + Gap)));
        return apart;
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
