using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using TttGen.Cpu;

namespace TttGen.Training.Optimisation;

/// <summary>
/// AdamW (Loshchilov and Hutter) with clipping of the gradient's norm, as torch.optim.AdamW and clip_grad_norm_ have it:
/// w ← (1 − rate · decay) w − rate · m̂ / (√v̂ + ε). The same bits for any number of threads.
/// </summary>
public sealed unsafe class AdamW : IParallelWork, IDisposable
{
    private const int SquareKernel = 0, UpdateKernel = 1;

    private readonly TrainableModel _model;
    private readonly AdamWOptions _options;
    private readonly ParameterBlock[] _blocks;
    private readonly double[] _squares;
    private readonly NativeBuffer _first, _second;
    private readonly Lifetime _lifetime;
    private AdamWFactors _decaying, _lasting;

    /// <summary>Starts with no memory of gradients, and makes those of the model zero.</summary>
    public AdamW(TrainableModel model, AdamWOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        using var call = model.Take();
        (_model, _options) = (model, options);
        _lifetime = new Lifetime("the optimiser", "this optimiser is in the middle of another call, and serves one at a time", Free);
        _blocks = ParameterBlock.Of(model.Tensors, options.DecayMatricesOnly);
        _squares = new double[_blocks.Length];
        (_first, _second) = (new NativeBuffer(model.Length), new NativeBuffer(model.Length));
        foreach (var zeroed in (ReadOnlySpan<nint>)[(nint)_first.Pointer, (nint)_second.Pointer, (nint)model.Gradients])
            NativeMemory.Clear((void*)zeroed, (nuint)model.Length * sizeof(float));
    }

    /// <summary>[Length]: m, the mean of gradients; while the optimiser lives.</summary>
    public float* FirstMoment => _first.Pointer;

    /// <summary>[Length]: v, the mean of their squares; while the optimiser lives.</summary>
    public float* SecondMoment => _second.Pointer;

    /// <summary>Which call is at work.</summary>
    internal Lifetime Lifetime => _lifetime;

    /// <summary>Euclidean norm of all gradients together; summed in double, in a fixed order.</summary>
    public double GradientNorm()
    {
        using var call = _lifetime.Take();
        using var model = _model.Take();
        _model.Pool.Run(this, SquareKernel);
        double sum = 0;
        foreach (var square in _squares)
            sum += square;
        return Math.Sqrt(sum);
    }

    /// <summary>After <see cref="GradientNorm"/>: the tensors with a gradient that is not a number or infinite.</summary>
    public IReadOnlyList<TrainableTensor> NotFinite() =>
        [.. _blocks.Zip(_squares).Where(static block => !double.IsFinite(block.Second)).Select(block => _model.Tensors[block.First.Tensor]).Distinct()];

    /// <summary>Moves the weights by the gradients, of which <paramref name="norm"/> is the norm, and makes these zero.</summary>
    /// <param name="step">Which update, from 1.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="norm">What <see cref="GradientNorm"/> said; finite.</param>
    public void Update(long step, double rate, double norm)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        if (!double.IsFinite(rate) || rate < 0) throw new ArgumentOutOfRangeException(nameof(rate), rate, "AdamW: expected a rate of 0 or more.");
        if (!double.IsFinite(norm) || norm < 0) throw new ArgumentOutOfRangeException(nameof(norm), norm, "AdamW: expected what GradientNorm said, a finite number.");

        // torch's clip_grad_norm_ has this 1e-6, too.
        var scale = _options.ClipNorm > 0 ? Math.Min(1, _options.ClipNorm / (norm + 1e-6)) : 1;
        _decaying = AdamWFactors.Of(_options, step, rate, scale, _options.WeightDecay);
        _lasting = AdamWFactors.Of(_options, step, rate, scale, 0);
        using var call = _lifetime.Take();
        using (_model.Take())
            _model.Pool.Run(this, UpdateKernel);
        _model.WeightsChanged();
    }

    /// <inheritdoc/>
    void IParallelWork.Execute(int kernel, int worker, int workers)
    {
        var (first, last) = ((int)((long)_blocks.Length * worker / workers), (int)((long)_blocks.Length * (worker + 1) / workers));
        for (var i = first; i < last; i++)
        {
            var block = _blocks[i];
            if (kernel == SquareKernel)
                _squares[i] = GradientSquares.Sum(_model.Gradients + block.Offset, block.Count);
            else
                Update(block);
        }
    }

    /// <summary>Frees the memory; where a call is at work, when it has ended.</summary>
    public void Dispose() => _lifetime.Close();

    private void Free()
    {
        _first.Dispose();
        _second.Dispose();
    }

    private void Update(ParameterBlock block)
    {
        ref readonly var factors = ref block.Decays ? ref _decaying : ref _lasting;
        float* weights = _model.Weights + block.Offset, gradients = _model.Gradients + block.Offset;
        float* first = _first.Pointer + block.Offset, second = _second.Pointer + block.Offset;
        if (Vector512.IsHardwareAccelerated) AdamWKernel.Update<Lanes512>(weights, gradients, first, second, block.Count, factors);
        else if (Vector256.IsHardwareAccelerated) AdamWKernel.Update<Lanes256>(weights, gradients, first, second, block.Count, factors);
        else AdamWKernel.Update<Lanes128>(weights, gradients, first, second, block.Count, factors);
    }
}
