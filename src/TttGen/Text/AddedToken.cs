namespace TttGen.Text;

/// <summary>A token of a tokenizer.json that is found in the text as it stands, before the rest is cut into words.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
/// <param name="IsSpecial">Decodes to nothing.</param>
internal sealed record AddedToken(int Id, string Content, bool IsSpecial);
