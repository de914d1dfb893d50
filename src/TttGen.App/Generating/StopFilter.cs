namespace TttGen.App.Generating;

/// <summary>Passes text on until a stop text comes up; holds back what may be the beginning of one.</summary>
internal sealed class StopFilter(IReadOnlyList<string> stops)
{
    private string _held = "";

    /// <summary>A stop text was met; nothing more comes out.</summary>
    public bool Stopped { get; private set; }

    /// <summary>Takes text in, gives out what is sure to lie before a stop text.</summary>
    public string Push(string text)
    {
        if (Stopped)
            return "";
        _held += text;
        if (FirstStop() is not { } place)
            return Take(_held.Length - LongestBeginning());
        Stopped = true;
        return Take(place);
    }

    /// <summary>What was held back, once no more text comes.</summary>
    public string Flush() => Stopped ? "" : Take(_held.Length);

    private string Take(int length)
    {
        var text = _held[..length];
        _held = _held[length..];
        return text;
    }

    // Where the stop text begins that is complete first (of two that end together the longer one), so that it doesn't matter how the text is cut into pieces.
    private int? FirstStop()
    {
        (int End, int Place)? first = null;
        foreach (var stop in stops)
        {
            var place = _held.IndexOf(stop, StringComparison.Ordinal);
            if (place >= 0 && (first is not { } other || (place + stop.Length, place).CompareTo(other) < 0))
                first = (place + stop.Length, place);
        }
        return first?.Place;
    }

    // The longest end of the held text that a stop text begins with.
    private int LongestBeginning()
    {
        var longest = 0;
        foreach (var stop in stops)
        {
            for (var length = Math.Min(stop.Length - 1, _held.Length); length > longest; length--)
            {
                if (_held.AsSpan(_held.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                    longest = length;
            }
        }
        return longest;
    }
}
