namespace TttGen.Training.Data;

/// <summary>
/// The state of one row of the batch, where it goes on from step to step. Two of them: where a document ends within a call, what follows starts from the other.
/// </summary>
internal sealed class CarryLane(TrainableModel model) : IDisposable
{
    private TrainingCarry _current = model.CreateCarry(), _other = model.CreateCarry();

    /// <summary>Where the next call goes on.</summary>
    public TrainingCarry Current => _current;

    /// <summary>Changes to a state at its start; the one so far may still be in use by the call being prepared.</summary>
    public TrainingCarry StartAfresh()
    {
        (_current, _other) = (_other, _current);
        _current.Reset();
        return _current;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _current.Dispose();
        _other.Dispose();
    }
}
