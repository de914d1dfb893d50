using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>A model on the CPU: SIMD kernels over rows, one scan class a memory; a class that runs them, and where the model learns one that trains.</summary>
internal sealed class CpuBackend : IBackend
{
    private readonly ScheduledModel _scheduled;
    private readonly LinkedModel _model;
    private readonly ModelFiles _files;
    private readonly Dictionary<string, ScanEmitter.Scan> _scans = [];
    private readonly string _weights, _prefill;

    public CpuBackend(ModelSource source, ScheduledModel scheduled, CarryLayout states, ModelFiles files)
    {
        (_scheduled, _model, _files) = (scheduled, scheduled.Model, files);
        foreach (var m in _model.Memories) _scans[m.Name] = ScanEmitter.Emit(m, scheduled.Memories[m.Name], files.Depth);
        var layout = new ModelLayout(_model);
        // kernels say which tables they take
        _prefill = new KernelEmitter(_model, layout, states, scheduled.Segments, _scans, files.Depth + 1).Emit();
        _weights = new CompiledClass(source, _model, layout, states, scheduled.Segments, files).Text();
    }

    /// <summary>Multiplications and additions of a token's products, but for the head's.</summary>
    public long FlopsPerToken => _scheduled.Segments.Sum(s => s.Segment.Repeat * s.Schedule.Kernels.Sum(Flops));

    // A method of its own: a Sum of lambdas in lambdas costs the C# compiler half of its time for all of this assembly.
    private long Flops(RowKernel kernel) => kernel switch
    {
        ProductKernel { IsHead: false } p => p.Groups.Sum(Flops),
        SequenceKernel { Primitive: Learn learn } => _scans[learn.Memory].FlopsPerToken * learn.Carry.Heads,
        _ => 0,
    };

    private static long Flops(ProductGroup group) => group.Products.Sum(m => 2L * m.Inner * group.Columns);

    /// <inheritdoc/>
    public IEnumerable<(string Suffix, string Text)> Files()
    {
        yield return ("Weights", _files.Of(_weights));
        yield return ("Prefill", _files.Nested(_prefill));
        foreach (var m in _model.Memories) yield return ($"{m.Name}Scan", _files.Nested(_scans[m.Name].Text));
        foreach (var r in _scheduled.Recurrences) yield return ($"{r.Recurrence.Name}Recurrence", _files.Nested(RecurrenceEmitter.Emit(r, _files.Depth)));
        if (_scheduled.Training is not { } learns) yield break;
        var training = new TrainingEmitter(_files.Self, _model, learns, _scans, _files.Depth + 1);
        yield return ("Training", _files.Nested(training.Class()));
        yield return ("Backward", _files.Nested(training.BackwardKernels()));
        foreach (var m in _model.Memories)
        {
            yield return ($"{m.Name}Losses", _files.Nested(InnerLossEmitter.Emit(m, learns.Memories[m.Name].Losses, _scans[m.Name], _files.Depth)));
            yield return ($"{m.Name}Backward", _files.Nested(ScanEmitter.EmitBackward(m, _scheduled.Memories[m.Name], learns.Memories[m.Name], _files.Depth)));
        }
        foreach (var r in _scheduled.Recurrences) yield return ($"{r.Recurrence.Name}RecurrenceBackward", _files.Nested(RecurrenceEmitter.EmitBackward(r, _files.Depth)));
    }
}
