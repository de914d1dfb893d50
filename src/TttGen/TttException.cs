using TttGen.Checkpoints;

namespace TttGen;

/// <summary>Bad input, said in one line that names the thing, what was expected, what was found and the way out.</summary>
public class TttException : Exception
{
    /// <summary>An error with its one line.</summary>
    public TttException(string message) : base(OneLine.Message(message)) { }

    /// <summary>An error with its one line and its cause.</summary>
    public TttException(string message, Exception inner) : base(OneLine.Message(message), inner) { }
}
