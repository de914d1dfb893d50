using System.Globalization;
using System.Text;
using TttGen.Cpu;
using TttGen.Cuda;
using TttGen.Gpu.Models;
using TttGen.Gpu.Timing;
using TttGen.Inference;

namespace TttGen.Gpu.Profiling;

/// <summary>Where the time of a case goes.</summary>
internal static class CaseProfiler
{
    /// <summary>Runs a case on a GPU, once to warm up and once kernel by kernel.</summary>
    /// <returns>A table, the longest first. Every launch is waited for: the sum is more than the case takes.</returns>
    public static string Profile(CudaDevice gpu, Case work)
    {
        var device = new ProfiledDevice(gpu);
        using var checkpoint = new RandomCheckpoint(KnownModel.Named(work.Model).Definition);
        using var model = (BatchedModel)KnownModel.Named(work.Model).Definition.Load(
            checkpoint.Folder, new ModelOptions { Device = device, Weights = work.Weights == "bf16" ? WeightType.BFloat16 : WeightType.Float32 });
        using var call = new CaseCall(work, model);
        call.Run();
        device.Found.Clear();
        call.Run();
        return Table(work, call.Steps, device.Found);
    }

    private static string Table(Case work, int steps, Dictionary<string, Profiled> found)
    {
        var total = found.Values.Sum(one => one.Milliseconds);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{work}: {total / steps:F3} ms, launch by launch{(steps > 1 ? $", a mean of {steps} steps" : "")}\n");
        text.Append("      ms  share   times   mean µs  what, grid of the longest\n");
        foreach (var (what, one) in found.OrderByDescending(pair => pair.Value.Milliseconds))
            text.Append(CultureInfo.InvariantCulture, $"{one.Milliseconds / steps,8:F3} {100 * one.Milliseconds / total,5:F1} % {(double)one.Times / steps,7:F1} {1e3 * one.Milliseconds / one.Times,9:F1}  {what}{(one.Grid.X > 0 ? $" {one.Grid.X} × {one.Grid.Y} × {one.Grid.Z}" : "")}\n");
        return text.ToString();
    }
}
