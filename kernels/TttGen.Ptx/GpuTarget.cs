namespace TttGen.Ptx;

/// <summary>What a multiprocessor of an architecture has, and how it gives it out (CUDA C++ Programming Guide, "Compute Capabilities"; CUDA's cuda_occupancy.h).</summary>
/// <param name="Architecture">Its name: <c>sm_80</c>.</param>
/// <param name="SharedOfMultiprocessor">Bytes of shared memory.</param>
/// <param name="SharedOfGroup">Bytes of it that a group can have.</param>
internal sealed record GpuTarget(string Architecture, int SharedOfMultiprocessor, int SharedOfGroup)
{
    private const int WarpThreads = 32;
    private const int Warps = 64;
    private const int Groups = 32;
    private const int Registers = 65536;

    // A multiprocessor is four of them, each with its own registers.
    private const int Partitions = 4;
    private const int RegisterUnit = 256;
    private const int SharedUnit = 128;

    // Of every group, for the system.
    private const int SharedOfSystem = 1024;

    /// <summary>A100.</summary>
    public static GpuTarget Ampere { get; } = new("sm_80", 164 * 1024, 163 * 1024);

    /// <summary>H100 and H200.</summary>
    public static GpuTarget Hopper { get; } = new("sm_90", 228 * 1024, 227 * 1024);

    /// <summary>Those that manifests speak of.</summary>
    public static IReadOnlyList<GpuTarget> All { get; } = [Ampere, Hopper];

    /// <summary>How many groups a multiprocessor holds at once.</summary>
    /// <param name="threads">Of a group.</param>
    /// <param name="shared">Bytes of a group.</param>
    /// <param name="registers">Of a thread; null where they are not known, and then no limit.</param>
    public Occupancy Occupancy(int threads, int shared, int? registers)
    {
        var warps = Up(threads, WarpThreads) / WarpThreads;
        (int Groups, OccupancyLimit Limit)[] limits =
        [
            (Math.Min(Groups, Warps / warps), OccupancyLimit.Threads),
            (shared > SharedOfGroup ? 0 : SharedOfMultiprocessor / Up(shared + SharedOfSystem, SharedUnit), OccupancyLimit.Shared),
            (registers is { } each and > 0 ? OfRegisters(warps, each) : int.MaxValue, OccupancyLimit.Registers),
        ];
        var least = limits.MinBy(limit => limit.Groups);
        return new(least.Groups, least.Limit, registers);
    }

    private static int OfRegisters(int warps, int each)
    {
        var ofWarp = Up(each * WarpThreads, RegisterUnit);
        return ofWarp * Up(warps, Partitions) > Registers ? 0 : Registers / Partitions / ofWarp * Partitions / warps;
    }

    private static int Up(int value, int unit) => (value + unit - 1) / unit * unit;
}

/// <summary>How many groups a multiprocessor holds at once.</summary>
/// <param name="Blocks">So many.</param>
/// <param name="Limit">What there is too little of for more.</param>
/// <param name="Registers">Of a thread on that architecture; null where there was no assembler.</param>
internal sealed record Occupancy(int Blocks, OccupancyLimit Limit, int? Registers);

/// <summary>What bounds an occupancy.</summary>
internal enum OccupancyLimit
{
    Threads,
    Shared,
    Registers,
}
