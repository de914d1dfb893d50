namespace TttGen.Cuda;

/// <summary>
/// A decoding step of so many sequences, one token of each, up to their logits. The first is done launch by launch, which makes all memory as large as it must
/// be; the next is recorded, and replayed from then on: one copy and one launch.
/// </summary>
/// <param name="device">Where the model runs.</param>
/// <param name="sequences">Sequences of a step.</param>
internal sealed class DecodeStep(Device device, int sequences) : IDisposable
{
    private DeviceRecording? _recording;
    private int _version = -1;

    /// <summary>What kernels are told of the rows.</summary>
    public PassInputs Inputs { get; } = new PassInputs(device, sequences, pinned: true);

    /// <summary>When it was last asked for: a count of passes.</summary>
    public long LastUsed { get; set; }

    /// <summary>Runs the step with the inputs that are filled in.</summary>
    /// <param name="version">Which memory the kernels read and write: where that is another, the recording is made anew.</param>
    /// <param name="work">Asks for all launches.</param>
    /// <returns>False where the device can't record; nothing was done then.</returns>
    public bool TryRun(int version, Action work)
    {
        if (_version != version)
        {
            _recording?.Dispose();
            _recording = device.Record(() =>
            {
                Inputs.Upload();
                work();
            });
            _version = version;
        }
        _recording?.Replay();
        return _recording is not null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _recording?.Dispose();
        Inputs.Dispose();
    }
}
