namespace TttGen.App;

/// <summary>Standard error that nobody may be listening to: what can't be written there is no reason to end.</summary>
internal sealed class LenientStream(Stream stream) : WriteOnlyStream
{
    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            stream.Write(buffer);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // closed, or open for reading only
        }
    }
}
