namespace TttGen.Cuda.Driver;

/// <summary>
/// Pinned memory through which uploads go. Parts are filled one after another; one is filled anew only when the GPU has copied what was in it,
/// which an event at its end tells.
/// </summary>
internal sealed unsafe class StagingRing(CudaContext context)
{
    private const int Parts = 4;
    private const int PartBytes = 4 << 20;
    private const int Alignment = 64;
    private const uint WithoutTiming = 2;

    private readonly nint[] _copied = new nint[Parts];
    private readonly bool[] _underWay = new bool[Parts];
    private byte* _memory;
    private int _part;
    private int _used;

    /// <summary>Copies to the GPU; the source is free on return.</summary>
    public void Upload(ReadOnlySpan<byte> from, ulong to, string what)
    {
        if (_memory is null)
            Open();
        while (from.Length > 0)
        {
            // What fits whole into a part is not cut.
            if (_used == PartBytes || (from.Length > PartBytes - _used && from.Length <= PartBytes))
                Next();
            var bytes = Math.Min(from.Length, PartBytes - _used);
            var staged = _memory + (long)_part * PartBytes + _used;
            from[..bytes].CopyTo(new Span<byte>(staged, bytes));
            context.Check(CudaApi.MemcpyHtoDAsync(to, staged, (nuint)bytes, context.Stream), "cuMemcpyHtoDAsync", "uploading", what);
            _used = Math.Min(PartBytes, (_used + bytes + Alignment - 1) & -Alignment);
            from = from[bytes..];
            to += (ulong)bytes;
        }
    }

    /// <summary>Frees the memory. The stream is idle, or broken.</summary>
    public void Free()
    {
        foreach (var copied in _copied)
            if (copied != 0)
                _ = CudaApi.EventDestroy(copied);
        if (_memory is not null)
            _ = CudaApi.MemFreeHost(_memory);
        _memory = null;
    }

    private void Open()
    {
        for (var part = 0; part < Parts; part++)
        {
            if (_copied[part] != 0)
                continue;
            nint copied;
            context.Check(CudaApi.EventCreate(&copied, WithoutTiming), "cuEventCreate", "making room for uploads");
            _copied[part] = copied;
        }
        void* memory;
        context.Check(CudaApi.MemAllocHost(&memory, (nuint)Parts * PartBytes), "cuMemAllocHost", "making room for uploads");
        _memory = (byte*)memory;
    }

    private void Next()
    {
        context.Check(CudaApi.EventRecord(_copied[_part], context.Stream), "cuEventRecord", "uploading");
        _underWay[_part] = true;
        _part = (_part + 1) % Parts;
        _used = 0;
        if (_underWay[_part])
            context.Check(CudaApi.EventSynchronize(_copied[_part]), "cuEventSynchronize", "uploading");
        _underWay[_part] = false;
    }
}
