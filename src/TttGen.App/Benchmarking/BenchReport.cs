using System.Globalization;
using TttGen.App.CommandLine;

namespace TttGen.App.Benchmarking;

/// <summary>Measurements, for people and for programs.</summary>
internal static class BenchReport
{
    /// <summary><c>name threads tokens_per_s</c>, as the peer programs print it.</summary>
    public static string Line(string model, Measurement measurement) =>
        string.Create(CultureInfo.InvariantCulture, $"{model}_{measurement.Workload.Name} {measurement.Threads} {measurement.TokensPerSecond:F1}");

    /// <summary>What the line says beside the machine's limits.</summary>
    public static string Details(string model, Measurement measurement)
    {
        var (limits, memory) = (measurement.Limits, measurement.Memory);
        var speed = measurement is { Bandwidth: { } bandwidth, FractionOfBandwidth: { } fraction }
            ? string.Create(CultureInfo.InvariantCulture, $"{bandwidth:F1} GB/s, {fraction:P1} of {limits.Bandwidth:F1}")
            : string.Create(CultureInfo.InvariantCulture, $"{measurement.Gflops:F1} GFLOP/s, {measurement.FractionOfGflops:P1} of {limits.Gflops:F1}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"# {model}_{measurement.Workload.Name}: {measurement.Milliseconds:F4} ms/token, {speed}; {measurement.AllocatedPerCall:F0} bytes allocated a call; "
            + $"weights {Megabytes(memory.Weights)}, state {Megabytes(memory.State)}, working {Megabytes(memory.Working)}, peak {(memory.Peak is { } peak ? Megabytes(peak) : "unknown")}");
    }

    /// <summary>How far milliseconds a token move over contexts.</summary>
    public static string Flatness(IReadOnlyList<Measurement> contexts) =>
        string.Create(CultureInfo.InvariantCulture, $"# {(contexts[0].Workload.IsDecode ? "decode" : "prefill")}, ms/token from {Length(contexts[0])} to {Length(contexts[^1])} tokens: spread {Spread(contexts):P1}");

    /// <summary>Everything.</summary>
    public static string Json(string model, string instructionSet, string device, IReadOnlyList<Measurement> measurements, IReadOnlyList<Measurement> contexts, IReadOnlyList<Measurement> decoded) => JsonReport.Object(json =>
    {
        json.WriteString("model", model);
        json.WriteString("instruction_set", instructionSet);
        json.WriteString("device", device);
        json.WriteObjects("workloads", measurements, measurement =>
        {
            var (limits, memory) = (measurement.Limits, measurement.Memory);
            json.WriteString("name", $"{model}_{measurement.Workload.Name}");
            json.WriteNumber("threads", measurement.Threads);
            json.WriteNumber("context", Length(measurement));
            json.WriteString("weights", measurement.Workload.Weights.Name());
            json.WriteReal("tokens_per_s", measurement.TokensPerSecond);
            json.WriteReal("ms_per_token", measurement.Milliseconds);
            json.WriteReal("gflops", measurement.Gflops);
            json.WriteReal("gflops_limit", limits.Gflops);
            json.WriteReal("fraction_of_gflops", measurement.FractionOfGflops);
            json.WriteReal("gigabytes_per_s", measurement.Bandwidth ?? double.NaN);
            json.WriteReal("gigabytes_per_s_limit", limits.Bandwidth);
            json.WriteReal("fraction_of_bandwidth", measurement.FractionOfBandwidth ?? double.NaN);
            json.WriteReal("allocated_bytes_per_call", measurement.AllocatedPerCall);
            json.WriteNumber("weight_bytes", memory.Weights);
            json.WriteNumber("state_bytes", memory.State);
            json.WriteNumber("working_bytes", memory.Working);
            json.WriteReal("peak_bytes", memory.Peak ?? double.NaN);
        });
        if (contexts.Count == 0) return;
        json.WriteReal("context_spread", Spread(contexts));
        json.WriteReal("decode_context_spread", Spread(decoded));
    });

    private static int Length(Measurement measurement) => measurement.Workload.IsDecode ? measurement.Workload.Context : measurement.Workload.Tokens;

    private static double Spread(IReadOnlyList<Measurement> contexts) =>
        contexts.Max(measurement => measurement.Milliseconds) / contexts.Min(measurement => measurement.Milliseconds) - 1;

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB");
}
