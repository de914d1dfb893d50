namespace TttGen.App.Benchmarking;

/// <summary>A workload and how it went.</summary>
/// <param name="Workload">What was timed.</param>
/// <param name="Threads">Worker threads.</param>
/// <param name="TokensPerSecond">Median over the repetitions.</param>
/// <param name="FlopsPerToken">Floating-point operations a token, as the schedule counts them.</param>
/// <param name="BytesPerToken">Decoding: weights, keys and values read, and state read and written. Prefill: null, it isn't bound by them.</param>
/// <param name="Limits">The best of the machine's measurements between the repetitions.</param>
/// <param name="AllocatedPerCall">Managed bytes allocated a call, after warming up.</param>
/// <param name="Memory">Weights, state and the process's peak, in bytes.</param>
internal sealed record Measurement(
    Workload Workload, int Threads, double TokensPerSecond, double FlopsPerToken, double? BytesPerToken, MachineSpeed Limits, double AllocatedPerCall, MemoryUse Memory)
{
    /// <summary>10⁹ floating-point operations a second.</summary>
    public double Gflops => FlopsPerToken * TokensPerSecond / 1e9;

    /// <summary>10⁹ bytes a second.</summary>
    public double? Bandwidth => BytesPerToken * TokensPerSecond / 1e9;

    /// <summary>Of the FMA limit.</summary>
    public double FractionOfGflops => Gflops / Limits.Gflops;

    /// <summary>Of the bandwidth limit.</summary>
    public double? FractionOfBandwidth => Bandwidth / Limits.Bandwidth;

    /// <summary>Milliseconds a token.</summary>
    public double Milliseconds => 1e3 / TokensPerSecond;
}

/// <summary>Memory while a workload runs, in bytes.</summary>
/// <param name="Weights">Of the model.</param>
/// <param name="State">Of one sequence.</param>
/// <param name="Working">Beside weights and states, as the model says.</param>
/// <param name="Peak">Resident in the process while warming up, runtime included; null where the system doesn't say.</param>
internal sealed record MemoryUse(long Weights, long State, long Working, long? Peak);
