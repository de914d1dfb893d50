namespace TttGen;

/// <summary>
/// How long something with native memory lives. A call holds it from beginning to end, so that neither Dispose nor a finaliser frees the memory under it:
/// after <see cref="Close"/> calls are refused, and the last one that is still at work frees. Calls that write take turns: a second one is refused, on
/// whatever thread. Two or three interlocked operations a call, and nothing allocated.
/// </summary>
/// <param name="name">What it is, for messages: "the model".</param>
/// <param name="oneCallAtATime">What is said to a second call.</param>
/// <param name="free">Frees; called once. Keeps the owner alive as long as a call does this.</param>
internal sealed class Lifetime(string name, string oneCallAtATime, Action free)
{
    // Calls at work; the sign bit says that it is closed.
    private const int Closed = int.MinValue;
    private int _calls;
    private int _taken;

    /// <summary>Whether calls are refused.</summary>
    internal bool IsClosed => Volatile.Read(ref _calls) < 0;

    /// <summary>For a call that only reads; others may be at work.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    internal Call Hold()
    {
        Add();
        return new Call(this, takesTurn: false);
    }

    /// <summary>For a call that no other one that takes a turn may meet.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    /// <exception cref="InvalidOperationException">Another call has the turn.</exception>
    internal Call Take()
    {
        if (!TryTake()) throw new InvalidOperationException(oneCallAtATime);
        return new Call(this, takesTurn: true);
    }

    /// <summary>As <see cref="Take"/>, for turns that are given back by <see cref="GiveBack"/>; false where another call has it.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    internal bool TryTake()
    {
        Add();
        if (Interlocked.Exchange(ref _taken, 1) == 0) return true;
        Remove();
        return false;
    }

    /// <summary>Ends a turn.</summary>
    internal void GiveBack()
    {
        Volatile.Write(ref _taken, 0);
        Remove();
    }

    /// <summary>What is said to a second call.</summary>
    internal InvalidOperationException Busy() => new(oneCallAtATime);

    /// <summary>Refuses calls from now on; frees now, or when the calls at work have ended.</summary>
    internal void Close()
    {
        if (Interlocked.Or(ref _calls, Closed) == 0) free();
    }

    private void Add()
    {
        for (var seen = Volatile.Read(ref _calls); ;)
        {
            if (seen < 0) throw new ObjectDisposedException(name);
            var found = Interlocked.CompareExchange(ref _calls, seen + 1, seen);
            if (found == seen) return;
            seen = found;
        }
    }

    private void Remove()
    {
        if (Interlocked.Decrement(ref _calls) == Closed) free();
    }

    /// <summary>A call at work; none where it is the default.</summary>
    internal readonly ref struct Call(Lifetime? lifetime, bool takesTurn)
    {
        /// <summary>The call has ended.</summary>
        public void Dispose()
        {
            if (takesTurn) lifetime?.GiveBack();
            else lifetime?.Remove();
        }
    }
}
