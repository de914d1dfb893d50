using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>A model on a CUDA device: kernels in C# that become PTX at build time, and host plans that launch them, in float32 and in bf16.</summary>
internal sealed class GpuBackend(ModelSource source, ScheduledModel scheduled, CarryLayout states, ModelFiles files) : IBackend
{
    /// <inheritdoc/>
    public IEnumerable<(string Suffix, string Text)> Files()
    {
        DevicePlanEmitter[] plans = [.. new[] { DevicePrecision.Float32, DevicePrecision.BFloat16(scheduled.Segments) }
            .Select(precision => new DevicePlanEmitter(source, scheduled.Model, scheduled.Memories, scheduled.Segments, states, precision))];
        if (source.EmitsCuda) yield return ("Cuda", files.Nested(string.Join("\n", plans.Select(plan => plan.Host(files.Depth)))));
        if (source.EmitsKernels) yield return ("Kernels", files.OfKernels(DevicePlanEmitter.Kernels(files.Self, plans)));
    }
}
