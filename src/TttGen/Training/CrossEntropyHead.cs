using System.Runtime.Intrinsics;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.Training;

/// <summary>
/// The model's last product and its loss in one: Σ −ln softmax(x · Eᵀ)[target] and that sum's gradient, a chunk of rows at a time, so that the logits of a
/// batch are never held. Rows are cut in the same places for any number of workers, and so the results are the same bits. Not thread-safe.
/// </summary>
public sealed unsafe class CrossEntropyHead : IParallelWork, IDisposable
{
    private const int Panel = PackedMatrix.PanelWidth;
    private const int LogitsKernel = 0, SoftmaxKernel = 1, GradientKernel = 2;

    /// <summary>Rows of a chunk: so many that reading all of E, and adding to all of its gradient, costs little beside the products.</summary>
    private const int ChunkRows = 480;

    /// <summary>Rows that pass over a panel at once: whole register tiles, whose left operand stays in the second cache.</summary>
    private const int RowBlock = 48;

    /// <summary>Entries of the vocabulary, and panels of the width, that the product back takes at once: so the probabilities are read from a near cache.</summary>
    private const int BackEntries = 256, BackPanels = 8;

    private readonly WorkerPool _pool;
    private readonly int _width, _vocabulary, _maxRows;

    /// <summary>Not a multiple of a page: a column of logits would otherwise fall into one set of the cache.</summary>
    private readonly nint _stride;

    // [chunk, stride]; [panels of the width][rows][32]; a worker's tiles, or its panel of probabilities; [chunk].
    private readonly NativeBuffer _logits, _packedX, _scratch;
    private readonly Lifetime _lifetime;
    private readonly double[] _nats;
    private Call _call;

    /// <summary>Allocates.</summary>
    /// <param name="pool">Who does the work.</param>
    /// <param name="width">Numbers that a token has at the end of the model.</param>
    /// <param name="vocabulary">Entries of the vocabulary.</param>
    /// <param name="maxRows">Rows that a call may have.</param>
    public CrossEntropyHead(WorkerPool pool, int width, int vocabulary, int maxRows)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabulary, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        _lifetime = new Lifetime(nameof(CrossEntropyHead), "CrossEntropyHead: expected one call at a time, found another in the middle of one", Free);
        _pool = pool;
        _width = width;
        _vocabulary = vocabulary;
        _maxRows = maxRows;
        _stride = Padded + 16;
        int chunk = Math.Min(maxRows, ChunkRows);
        _logits = new NativeBuffer(chunk * (long)_stride);
        _packedX = new NativeBuffer(GradientProduct.PackedSize(width));
        _scratch = new NativeBuffer(pool.Threads * ScratchSize);
        _nats = new double[chunk];
    }

    /// <summary>Memory held.</summary>
    public long Bytes => (_logits.Length + _packedX.Length + _scratch.Length) * sizeof(float) + _nats.Length * sizeof(double);

    /// <summary>For tests: registers are at most so wide.</summary>
    internal int MostBits { get; init; } = 512;

    /// <summary>The vocabulary in whole panels.</summary>
    private int Padded => (_vocabulary + Panel - 1) / Panel * Panel;

    private static long ScratchSize => Math.Max(GradientProduct.PackedSize(Panel), BackPanels * RowBlock * Panel);

    /// <summary>
    /// Σ −ln softmax(x · Eᵀ)[target]. Where <paramref name="dX"/> is not null: dX = scale · (p − onehot) · E, zero in rows without a target, and
    /// dHead += scale · (p − onehot)ᵀ · x.
    /// </summary>
    /// <param name="x">[rows, width].</param>
    /// <param name="xStride">Elements from one row of x to the next.</param>
    /// <param name="targets">[rows]; −1: none.</param>
    /// <param name="rows">0 or more.</param>
    /// <param name="head">Eᵀ, [inner = width, columns = vocabulary], f32.</param>
    /// <param name="headBack">E, [inner = vocabulary, columns = width], f32: the same numbers.</param>
    /// <param name="scale">What the sum is multiplied by before its gradient is taken.</param>
    /// <param name="dX">[rows, width], set; or null.</param>
    /// <param name="dXStride">Elements from one row of dX to the next.</param>
    /// <param name="dHead">[vocabulary, width], added to.</param>
    public BatchLoss Run(float* x, nint xStride, int* targets, int rows, PackedMatrix head, PackedMatrix headBack, float scale, float* dX, nint dXStride, float* dHead)
    {
        using var call = _lifetime.Take();
        if (rows > 0)
        {
            ArgumentNullException.ThrowIfNull(x);
            ArgumentNullException.ThrowIfNull(targets);
            if (dX is not null) ArgumentNullException.ThrowIfNull(dHead);
        }
        Check(rows, targets, head, headBack);
        double nats = 0;
        long asked = 0;
        for (int first = 0; first < rows; first += ChunkRows)
        {
            int count = Math.Min(ChunkRows, rows - first);
            _call = new Call
            {
                Head = head,
                HeadBack = headBack,
                X = x + first * xStride,
                XStride = xStride,
                Targets = targets + first,
                Rows = count,
                Scale = scale,
                DX = dX is null ? null : dX + first * dXStride,
                DXStride = dXStride,
                DHead = dHead,
            };
            _pool.Run(this, LogitsKernel);
            _pool.Run(this, SoftmaxKernel);
            if (dX is not null)
                _pool.Run(this, GradientKernel);
            for (int i = 0; i < count; i++)
            {
                nats += _nats[i];
                asked += targets[first + i] < 0 ? 0 : 1;
            }
        }

        _call = default;
        return new BatchLoss(nats, asked);
    }

    /// <inheritdoc/>
    void IParallelWork.Execute(int kernel, int worker, int workers)
    {
        if (Vector512.IsHardwareAccelerated && MostBits >= 512)
            Execute<Lanes512>(kernel, worker, workers);
        else if (Vector256.IsHardwareAccelerated && MostBits >= 256)
            Execute<Lanes256>(kernel, worker, workers);
        else
            Execute<Lanes128>(kernel, worker, workers);
    }

    /// <summary>Frees the memory; where a call is at work, when it has ended.</summary>
    public void Dispose() => _lifetime.Close();

    private void Free()
    {
        _logits.Dispose();
        _packedX.Dispose();
        _scratch.Dispose();
    }

    private void Execute<V>(int kernel, int worker, int workers)
        where V : struct, ILanes<V, float>
    {
        float* scratch = _scratch.Pointer + worker * ScratchSize;
        switch (kernel)
        {
            case LogitsKernel:
                Logits<V>(Share(_call.Head.Panels * Blocks, worker, workers), scratch);
                break;
            case SoftmaxKernel:
                Softmax<V>(Share(_call.Rows, worker, workers));
                break;
            default:
                Back<V>(Share((_call.HeadBack.Panels + BackPanels - 1) / BackPanels * Blocks, worker, workers), scratch);
                HeadGradient<V>(Share(_call.Head.Panels, worker, workers), scratch);
                break;
        }
    }

    private int Blocks => (_call.Rows + RowBlock - 1) / RowBlock;

    private static (int First, int End) Share(int items, int worker, int workers) => RowShare.OfRows(items, worker, workers);

    /// <summary>logits = x · Eᵀ: an item is a panel of the vocabulary and a block of rows.</summary>
    private void Logits<V>((int First, int End) items, float* tile)
        where V : struct, ILanes<V, float>
    {
        for (int item = items.First; item < items.End; item++)
        {
            int panel = item / Blocks, first = item % Blocks * RowBlock, count = Math.Min(RowBlock, _call.Rows - first);
            Product.Panel<V>(_call.Head, panel, _call.X + first * _call.XStride, _call.XStride, count, tile);
            PanelRows.Read<V>(tile, count, Panel, _logits.Pointer + first * _stride + panel * Panel, _stride);
        }
    }

    /// <summary>Each row's −ln p, and in place of its logits scale · (p − onehot); x is packed for the head's gradient meanwhile.</summary>
    private void Softmax<V>((int First, int End) rows)
        where V : struct, ILanes<V, float>
    {
        for (int i = rows.First; i < rows.End; i++)
        {
            float* row = _logits.Pointer + i * _stride;
            int target = _call.Targets[i];
            _nats[i] = 0;
            if (target < 0)
            {
                new Span<float>(row, Padded).Clear();
                continue;
            }

            new Span<float>(row + _vocabulary, Padded - _vocabulary).Fill(float.NegativeInfinity);
            _nats[i] = SoftmaxRow<V>.Exponentials(row, Padded, target, out double sum);
            if (_call.DX is not null)
                SoftmaxRow<V>.Gradient(row, Padded, target, sum, _call.Scale);
        }

        if (_call.DX is not null)
            GradientProduct.Pack<V>(_call.X + rows.First * _call.XStride, _call.XStride, rows.First, rows.End - rows.First, _width, _packedX.Pointer);
    }

    /// <summary>dX = P · E: an item is a block of rows and some panels of the width.</summary>
    private void Back<V>((int First, int End) items, float* tiles)
        where V : struct, ILanes<V, float>
    {
        for (int item = items.First; item < items.End; item++)
        {
            int first = item % Blocks * RowBlock, count = Math.Min(RowBlock, _call.Rows - first);
            int panels = item / Blocks * BackPanels, end = Math.Min(_call.HeadBack.Panels, panels + BackPanels);
            for (int entry = 0; entry < _vocabulary; entry += BackEntries)
            {
                int entries = Math.Min(BackEntries, _vocabulary - entry);
                for (int panel = panels; panel < end; panel++)
                {
                    float* tile = tiles + (panel - panels) * RowBlock * Panel;
                    Product.PanelPart<V>(_call.HeadBack, panel, entry, entries, _logits.Pointer + first * _stride + entry, _stride, count, tile, add: entry > 0);
                }
            }

            for (int panel = panels; panel < end; panel++)
            {
                float* to = _call.DX + first * _call.DXStride + panel * Panel;
                PanelRows.Read<V>(tiles + (panel - panels) * RowBlock * Panel, count, Math.Min(Panel, _width - panel * Panel), to, _call.DXStride);
            }
        }
    }

    /// <summary>dE += Pᵀ · x: a panel of P is packed and passes over all of x.</summary>
    private void HeadGradient<V>((int First, int End) panels, float* packed)
        where V : struct, ILanes<V, float>
    {
        for (int panel = panels.First; panel < panels.End; panel++)
        {
            int entries = Math.Min(Panel, _vocabulary - panel * Panel);
            GradientProduct.Pack<V>(_logits.Pointer + panel * Panel, _stride, 0, _call.Rows, entries, packed);
            GradientProduct.Accumulate<V>(packed, entries, 0, 1, _packedX.Pointer, _width, _call.Rows, _call.DHead + (nint)panel * Panel * _width);
        }
    }

    private void Check(int rows, int* targets, PackedMatrix head, PackedMatrix headBack)
    {
        if (rows < 0 || rows > _maxRows)
            throw new ArgumentOutOfRangeException(nameof(rows), $"CrossEntropyHead: expected 0 … {_maxRows} rows, found {rows}.");
        Check(head, nameof(head), _width, _vocabulary);
        Check(headBack, nameof(headBack), _vocabulary, _width);
        for (int i = 0; i < rows; i++)
        {
            if (targets[i] < -1 || targets[i] >= _vocabulary)
                throw new ArgumentOutOfRangeException(nameof(targets), $"CrossEntropyHead: expected targets in 0 … {_vocabulary - 1}, or -1 for none, found {targets[i]} in row {i}.");
        }
    }

    private static void Check(PackedMatrix matrix, string name, int inner, int columns)
    {
        ArgumentNullException.ThrowIfNull(matrix, name);
        if (matrix.Inner != inner || matrix.Columns != columns || matrix.Type != WeightType.Float32)
            throw new ArgumentException($"CrossEntropyHead: expected [{inner}, {columns}] of {WeightType.Float32}, found [{matrix.Inner}, {matrix.Columns}] of {matrix.Type}.", name);
    }

    /// <summary>One chunk of a call.</summary>
    private struct Call
    {
        public PackedMatrix Head, HeadBack;
        public float* X, DX, DHead;
        public nint XStride, DXStride;
        public int* Targets;
        public int Rows;
        public float Scale;
    }
}
