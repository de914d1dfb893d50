namespace TttGen.Cuda;

/// <summary>
/// A decoding step of so many sequences: one token of each. The first is done launch by launch, which makes all memory as large as it must be; the next is
/// recorded, and replayed from then on: one launch, one copy each way.
/// </summary>
internal sealed class DecodeStep : IDisposable
{
    private readonly Device _device;
    private readonly PinnedBuffer _logits;
    private readonly int _numbers;
    private DeviceRecording? _recording;
    private int _version = -1;

    /// <param name="device">Where the model runs.</param>
    /// <param name="sequences">Sequences of a step.</param>
    /// <param name="vocabulary">Logits of a sequence.</param>
    public DecodeStep(Device device, int sequences, int vocabulary)
    {
        _device = device;
        _numbers = checked(sequences * vocabulary);
        Inputs = new PassInputs(device, sequences, pinned: true);
        _logits = device.AllocatePinned((long)_numbers * sizeof(float));
    }

    /// <summary>What kernels are told of the rows.</summary>
    public PassInputs Inputs { get; }

    /// <summary>When it was last asked for: a count of passes.</summary>
    public long LastUsed { get; set; }

    /// <summary>Runs the step with the inputs that are filled in; the logits are in the host's memory after <see cref="Logits"/>.</summary>
    /// <param name="version">Which memory the kernels read and write: where that is another, the recording is made anew.</param>
    /// <param name="work">Asks for all launches.</param>
    /// <param name="logits">Where they leave the logits.</param>
    /// <returns>False where the device can't record; nothing was done then.</returns>
    public bool TryRun(int version, Action work, DeviceView<float> logits)
    {
        if (_version != version)
        {
            _recording?.Dispose();
            _recording = _device.Record(() =>
            {
                Inputs.Upload();
                work();
                _device.DownloadPinned(logits.Slice(0, _numbers), _logits, 0);
            });
            _version = version;
        }
        _recording?.Replay();
        return _recording is not null;
    }

    /// <summary>Waits for the step; the logits of all sequences.</summary>
    public ReadOnlySpan<float> Logits()
    {
        _device.Synchronize();
        return _logits.Span<float>(0, _numbers);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _recording?.Dispose();
        Inputs.Dispose();
        _logits.Dispose();
    }
}
