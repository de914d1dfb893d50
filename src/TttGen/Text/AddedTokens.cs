namespace TttGen.Text;

/// <summary>A token of a tokenizer.json that is found in the text as it stands, before the rest is encoded.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">Decodes to nothing.</param>
internal sealed record AddedToken(int Id, string Content, bool IsSpecial);

/// <summary>Cuts text at added tokens: at each place, the longest that stands there.</summary>
internal sealed class AddedTokens
{
    private readonly PrefixTree _tokens = new();

    internal AddedTokens(IEnumerable<AddedToken> tokens)
    {
        foreach (AddedToken token in tokens) _tokens.Add(token.Content, token.Id);
    }

    /// <summary>Encodes a text: added tokens by their ids, what is between them by the encoder, which gets each stretch and where it begins.</summary>
    internal int[] Encode(string text, Action<string, int, List<int>> encode)
    {
        var ids = new List<int>();
        int start = 0;
        for (int i = 0; i < text.Length;)
        {
            var (length, id) = _tokens.Longest(text.AsSpan(i));
            if (length == 0)
            {
                i++;
                continue;
            }

            if (i > start) encode(text[start..i], start, ids);
            ids.Add(id);
            start = i += length;
        }

        if (start < text.Length) encode(text[start..], start, ids);
        return [.. ids];
    }
}
