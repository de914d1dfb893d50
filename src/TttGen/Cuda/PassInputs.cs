using System.Runtime.InteropServices;

namespace TttGen.Cuda;

/// <summary>What a pass tells the kernels of its rows, in one stretch of memory: it crosses to the device in one copy.</summary>
internal sealed class PassInputs : IDisposable
{
    // Two longs and five ints a row: parts of sequences are two ints, and there are no more of them than rows.
    private const int BytesARow = 2 * sizeof(long) + 5 * sizeof(int);

    private readonly Device _device;
    private readonly DeviceView<byte> _onDevice;
    private readonly byte[] _host;
    private readonly PinnedBuffer? _pinned;
    private int _rows;

    /// <param name="device">Where kernels are.</param>
    /// <param name="mostRows">Rows of the largest pass.</param>
    /// <param name="pinned">Whether the copy is part of a recording.</param>
    public PassInputs(Device device, int mostRows, bool pinned)
    {
        _device = device;
        _onDevice = device.Allocate<byte>((long)mostRows * BytesARow, "what kernels are told of rows");
        _pinned = pinned ? device.AllocatePinned((long)mostRows * BytesARow) : null;
        _host = pinned ? [] : new byte[mostRows * BytesARow];
    }

    /// <summary>Bytes of the device's memory.</summary>
    public long Bytes => _onDevice.Bytes;

    /// <summary>[rows]: place of each row in its sequence.</summary>
    public DeviceView<long> Positions => View<long>(0, _rows);

    /// <summary>[rows]: elements before the state of each sequence.</summary>
    public DeviceView<long> StateOffsets => View<long>(_rows, _rows);

    /// <summary>[rows]: token ids.</summary>
    public DeviceView<int> TokenIds => View<int>(4 * _rows, _rows);

    /// <summary>[rows]: which sequence a row belongs to.</summary>
    public DeviceView<int> SliceOf => View<int>(5 * _rows, _rows);

    /// <summary>[rows]: rows whose logits are wanted.</summary>
    public DeviceView<int> OutputRows => View<int>(6 * _rows, _rows);

    /// <summary>[rows, 2]: first row and rows of each sequence's part.</summary>
    public DeviceView<int> SliceRows => View<int>(7 * _rows, 2 * _rows);

    /// <summary>Fills in a pass.</summary>
    /// <param name="pass">Its rows.</param>
    /// <param name="states">The slot of each sequence's state.</param>
    /// <param name="stateLength">Elements of a slot.</param>
    /// <param name="outputRows">Rows whose logits are wanted, as far as that is known.</param>
    public unsafe void Fill(Inference.RowPass pass, ReadOnlySpan<Inference.ModelState> states, long stateLength, ReadOnlySpan<int> outputRows)
    {
        _rows = pass.Rows;
        new ReadOnlySpan<long>(pass.Positions, _rows).CopyTo(Host<long>(0, _rows));
        var offsets = Host<long>(_rows, _rows);
        for (var s = 0; s < states.Length; s++) offsets[s] = ((DeviceState)states[s]).Slot * stateLength;
        new ReadOnlySpan<int>(pass.TokenIds, _rows).CopyTo(Host<int>(4 * _rows, _rows));
        new ReadOnlySpan<int>(pass.SliceOf, _rows).CopyTo(Host<int>(5 * _rows, _rows));
        outputRows.CopyTo(Host<int>(6 * _rows, _rows));
        var slices = Host<int>(7 * _rows, 2 * _rows);
        for (var s = 0; s < states.Length; s++) (slices[2 * s], slices[2 * s + 1]) = (pass.Slices[s].First, pass.Slices[s].Count);
    }

    /// <summary>Copies what was filled in.</summary>
    public void Upload()
    {
        var to = _onDevice.Slice(0, (long)_rows * BytesARow);
        if (_pinned is not null) _device.UploadPinned(_pinned, 0, to);
        else _device.Upload<byte>(_host.AsSpan(0, _rows * BytesARow), to);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _onDevice.Buffer.Dispose();
        _pinned?.Dispose();
    }

    private DeviceView<T> View<T>(int offset, int length) where T : unmanaged => new(_onDevice.Buffer, offset, length);

    private Span<T> Host<T>(int offset, int length) where T : unmanaged
    {
        var bytes = _pinned is not null ? _pinned.Span<byte>(0, (int)_pinned.Bytes) : _host;
        return MemoryMarshal.Cast<byte, T>(bytes).Slice(offset, length);
    }
}
