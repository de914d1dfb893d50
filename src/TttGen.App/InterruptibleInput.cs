namespace TttGen.App;

/// <summary>Reads whole inputs that may never end, such as pipes: Ctrl-C is heard meanwhile.</summary>
internal static class InterruptibleInput
{
    /// <summary>What a reader reads, on a thread that is left to itself where it is not waited for any longer.</summary>
    /// <exception cref="OperationCanceledException">Ctrl-C.</exception>
    public static byte[] Read(Func<byte[]> read, CancellationToken interrupted)
    {
        var reading = Task.Factory.StartNew(read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            reading.Wait(interrupted);
        }
        catch (AggregateException)
        {
            // Thrown below as it is.
        }
        return reading.GetAwaiter().GetResult();
    }
}
