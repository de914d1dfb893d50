namespace TttGen.Training.Data;

/// <summary>Consecutive tokens of a token file.</summary>
/// <param name="First">First token in the file.</param>
/// <param name="Count">Tokens.</param>
internal readonly record struct TokenStream(long First, long Count);

/// <summary>What one source gave.</summary>
/// <param name="Training">The training parts of its files, one after another.</param>
/// <param name="HeldOut">The held-out part of each of its files.</param>
internal sealed record TokenisedSource(TokenStream Training, IReadOnlyList<TokenStream> HeldOut);
