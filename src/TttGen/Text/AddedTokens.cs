namespace TttGen.Text;

/// <summary>A token of a tokenizer.json that is found in the text as it stands, before the rest is encoded.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">Decodes to nothing.</param>
internal sealed record AddedToken(int Id, string Content, bool IsSpecial);

/// <summary>Cuts text at added tokens: at each place, the longest that stands there.</summary>
internal sealed class AddedTokens(IEnumerable<AddedToken> tokens)
{
    private readonly ILookup<char, AddedToken> _byFirst = tokens.OrderByDescending(static token => token.Content.Length).ToLookup(static token => token.Content[0]);

    /// <summary>Encodes a text: added tokens by their ids, what is between them by the encoder, which gets each stretch and where it begins.</summary>
    internal int[] Encode(string text, Action<string, int, List<int>> encode)
    {
        var ids = new List<int>();
        int start = 0;
        for (int i = 0; i < text.Length;)
        {
            if (At(text, i) is not { } token)
            {
                i++;
                continue;
            }

            if (i > start) encode(text[start..i], start, ids);
            ids.Add(token.Id);
            start = i += token.Content.Length;
        }

        if (start < text.Length) encode(text[start..], start, ids);
        return [.. ids];
    }

    private AddedToken? At(string text, int place)
    {
        foreach (AddedToken token in _byFirst[text[place]])
            if (string.CompareOrdinal(text, place, token.Content, 0, token.Content.Length) == 0) return token;
        return null;
    }
}
