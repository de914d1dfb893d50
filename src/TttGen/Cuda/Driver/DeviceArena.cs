using System.Globalization;

namespace TttGen.Cuda.Driver;

/// <summary>
/// The GPU's memory that is in use: small buffers share blocks, big ones have their own. Memory given back may be handed out again at once,
/// since all work is done in one stream, in order.
/// </summary>
internal sealed unsafe class DeviceArena(CudaContext context)
{
    /// <summary>Buffers begin at multiples of this.</summary>
    public const int Alignment = 256;

    private const long BlockBytes = 32L << 20;
    private const long MostShared = BlockBytes / 8;

    private readonly List<DeviceBlock> _blocks = [];

    /// <summary>Memory for a buffer, rounded up to the alignment.</summary>
    /// <exception cref="CudaException">The GPU has not so much left.</exception>
    public CudaBuffer Take(CudaDevice device, long bytes, string what)
    {
        var rounded = checked(Math.Max(bytes, 1) + Alignment - 1) & -Alignment;
        if (rounded <= MostShared)
        {
            foreach (var block in _blocks)
                if (block.IsShared && block.TryTake(rounded, out var start))
                    return new CudaBuffer(device, block, start, rounded, bytes, what);
        }
        var fresh = (rounded <= MostShared ? TryAdd(BlockBytes, shared: true, what) : null) ?? TryAdd(rounded, shared: false, what);
        if (fresh is null && FreeEmpty())
            fresh = TryAdd(rounded, shared: false, what);
        if (fresh is null)
            throw OutOfMemory(bytes, what);
        fresh.TryTake(rounded, out var first);
        return new CudaBuffer(device, fresh, first, rounded, bytes, what);
    }

    /// <summary>Takes a buffer's memory back. One empty shared block is kept for the next buffer.</summary>
    public void Give(DeviceBlock block, long start, long length)
    {
        block.Give(start, length);
        if (block.IsEmpty && (!block.IsShared || _blocks.Exists(other => other != block && other is { IsShared: true, IsEmpty: true })))
            Free(block);
    }

    /// <summary>Gives everything back to the GPU.</summary>
    public void FreeAll()
    {
        foreach (var block in _blocks)
            _ = CudaApi.MemFree(block.Address);
        _blocks.Clear();
    }

    private bool FreeEmpty()
    {
        if (_blocks.Find(static block => block.IsEmpty) is not { } empty)
            return false;
        Free(empty);
        return true;
    }

    private void Free(DeviceBlock block)
    {
        _blocks.Remove(block);
        _ = CudaApi.MemFree(block.Address);
    }

    // Null where there is not so much.
    private DeviceBlock? TryAdd(long bytes, bool shared, string what)
    {
        ulong address;
        var result = CudaApi.MemAlloc(&address, (nuint)bytes);
        if (result is CudaResult.OutOfMemory)
            return null;
        context.Check(result, "cuMemAlloc", "allocating memory for", what);
        var block = new DeviceBlock(address, bytes, shared);
        _blocks.Add(block);
        return block;
    }

    private CudaException OutOfMemory(long bytes, string what)
    {
        var (free, total) = context.Memory();
        return new CudaException(
            string.Create(CultureInfo.InvariantCulture,
                $"{context.Name} is out of memory: expected {bytes / 1e6:F1} MB for {what}, found {free / 1e6:F1} MB free of {total / 1e6:F1} MB; end other programs on it, keep smaller weights (--weights bf16), read smaller batches, or run on the CPU (--device cpu)"),
            CudaResult.OutOfMemory, "cuMemAlloc");
    }
}
