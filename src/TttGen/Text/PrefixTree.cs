namespace TttGen.Text;

/// <summary>Texts by their first letters: finds the longest that another text begins with, in as many steps as it has letters, however many texts there are.</summary>
internal sealed class PrefixTree
{
    private const int Root = 0, Nothing = -1;

    private readonly Dictionary<(int Node, char Letter), int> _next = [];
    private readonly List<int> _values = [Nothing];

    /// <summary>Adds a text, unless it is there already.</summary>
    /// <param name="text">At least one letter.</param>
    /// <param name="value">What it stands for: 0 or more.</param>
    internal void Add(string text, int value)
    {
        int node = Root;
        foreach (char letter in text)
        {
            if (!_next.TryGetValue((node, letter), out int next))
            {
                _next[(node, letter)] = next = _values.Count;
                _values.Add(Nothing);
            }

            node = next;
        }

        if (_values[node] == Nothing) _values[node] = value;
    }

    /// <summary>The longest text that <paramref name="text"/> begins with; of length 0 if there is none.</summary>
    internal (int Length, int Value) Longest(ReadOnlySpan<char> text)
    {
        var longest = (Length: 0, Value: Nothing);
        for (int i = 0, node = Root; i < text.Length && _next.TryGetValue((node, text[i]), out node); i++)
            if (_values[node] != Nothing) longest = (i + 1, _values[node]);
        return longest;
    }
}
