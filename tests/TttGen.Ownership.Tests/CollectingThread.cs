namespace TttGen.Ownership.Tests;

/// <summary>Collects and runs finalisers, all the time.</summary>
internal sealed class CollectingThread : IDisposable
{
    private readonly Thread _thread;
    private volatile bool _stopped;

    public CollectingThread()
    {
        _thread = new Thread(Collect);
        _thread.Start();
    }

    public void Dispose()
    {
        _stopped = true;
        _thread.Join();
    }

    private void Collect()
    {
        while (!_stopped)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Yield();
        }
    }
}
