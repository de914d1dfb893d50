using TttGen.Cpu;

namespace TttGen.Inference;

/// <summary>The state of a sequence as compiled code reads and writes it: one block of f32, and pages where its carries grow.</summary>
internal sealed unsafe class CompiledState : ModelState
{
    private readonly CompiledModel _model;
    private readonly NativeBuffer _numbers;

    internal CompiledState(CompiledModel model) : base(model.StateLayout.Signature, model.PageLayout is { Count: > 0 } classes ? new SequencePages(classes) : null)
    {
        _model = model;
        _numbers = new NativeBuffer(model.StateLayout.Length);
        Reset();
    }

    /// <summary>The numbers; while a call holds the state.</summary>
    internal float* Pointer => _numbers.Pointer;

    private protected override long Length => _numbers.Length;

    private protected override bool CanRewind => _model.CarriesOnlyPages;

    private protected override uint StartChecksum
    {
        get
        {
            using var call = _model.Lifetime.Hold();
            return _model.StartChecksum;
        }
    }

    internal override ReadOnlySpan<float> Read() => Numbers;

    private Span<float> Numbers => new(_numbers.Pointer, checked((int)_numbers.Length));

    private protected override void Write(ReadOnlySpan<float> numbers) => numbers.CopyTo(Numbers);

    private protected override void Start()
    {
        using var call = _model.Lifetime.Hold();
        Numbers.Clear();
        _model.Start(Pointer);
    }

    private protected override ModelState Copy()
    {
        var copy = new CompiledState(_model);
        copy.Write(Numbers);
        return copy;
    }

    private protected override void Free() => _numbers.Dispose();
}
