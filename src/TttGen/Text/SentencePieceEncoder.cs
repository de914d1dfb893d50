using System.Text;

namespace TttGen.Text;

/// <summary>
/// BPE: of all neighbouring symbols whose join is a piece, the best scored are merged (or those of the earliest merge, where the model has an order of merges), of
/// equal ones the first, until there are none. A queue of pairs keeps the time of a word at its length times the logarithm of it.
/// </summary>
/// <param name="model">The pieces.</param>
/// <param name="ids">Gets the ids.</param>
internal sealed class SentencePieceEncoder(SentencePieceModel model, List<int> ids)
{
    private const int None = -1;

    /// <summary>A part of the text; a merged one lives on in its left part, the right part has length 0.</summary>
    private struct Symbol
    {
        internal int Start, Length, Previous, Next;

        /// <summary>A symbol that the model's user defined is never merged.</summary>
        internal bool IsWhole;
    }

    /// <summary>Two neighbours that can be merged; out of date when their lengths no longer add up.</summary>
    private readonly record struct Pair(int Left, int Right, int Length);

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _pieces = model.Ids.GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly PriorityQueue<Pair, (double Cost, int Left)> _pairs = new();
    private readonly List<Symbol> _symbols = [];
    private bool _lastWasUnknown;

    /// <summary>Adds the ids of a text, spaces already escaped.</summary>
    internal void EncodeWords(string text)
    {
        // Merges stay within a word where no piece holds a space after something else: then words are encoded one by one, which is faster.
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = model.PiecesCrossWords ? text.Length : WordEnd(text, start);
            Encode(text.AsSpan(start, end - start));
        }
    }

    private static int WordEnd(string text, int start)
    {
        int end = start + 1;
        while (end < text.Length && (text[end] != SentencePieceModel.Space || text[end - 1] == SentencePieceModel.Space)) end++;
        return end;
    }

    /// <summary>Adds the ids of one word: no merge looks beyond it.</summary>
    internal void Encode(ReadOnlySpan<char> text)
    {
        Split(text);
        for (int i = 1; i < _symbols.Count; i++) Consider(text, i - 1, i);
        Span<Symbol> symbols = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_symbols);
        while (_pairs.TryDequeue(out Pair pair, out _))
        {
            ref Symbol left = ref symbols[pair.Left];
            ref Symbol right = ref symbols[pair.Right];
            if (left.Length == 0 || right.Length == 0 || left.Length + right.Length != pair.Length) continue;
            left.Length = pair.Length;
            left.Next = right.Next;
            if (right.Next != None) symbols[right.Next].Previous = pair.Left;
            right.Length = 0;
            if (left.Previous != None) Consider(text, left.Previous, pair.Left);
            if (left.Next != None) Consider(text, pair.Left, left.Next);
        }

        for (int i = 0; i != None; i = symbols[i].Next) Emit(text.Slice(symbols[i].Start, symbols[i].Length));
    }

    private void Split(ReadOnlySpan<char> text)
    {
        _symbols.Clear();
        for (int start = 0; start < text.Length;)
        {
            int length = model.UserDefinedLength(text[start..]);
            bool whole = length > 0;
            if (!whole) Rune.DecodeFromUtf16(text[start..], out _, out length);
            int next = start + length < text.Length ? _symbols.Count + 1 : None;
            _symbols.Add(new Symbol { Start = start, Length = length, Previous = _symbols.Count - 1, Next = next, IsWhole = whole });
            start += length;
        }
    }

    private void Consider(ReadOnlySpan<char> text, int left, int right)
    {
        Symbol a = _symbols[left], b = _symbols[right];
        int length = a.Length + b.Length;
        if (a.IsWhole || b.IsWhole || length > model.LongestPiece) return;
        if (!_pieces.TryGetValue(text.Slice(a.Start, length), out int joined)) return;
        double cost = -model.Pieces[joined].Score;
        if (model.Ranks is { } ranks)
        {
            if (!_pieces.TryGetValue(text.Slice(a.Start, a.Length), out int first) || !_pieces.TryGetValue(text.Slice(b.Start, b.Length), out int second)
                || !ranks.TryGetValue((first, second), out int rank)) return;
            cost = rank;
        }

        _pairs.Enqueue(new Pair(left, right, length), (cost, left));
    }

    private void Emit(ReadOnlySpan<char> symbol)
    {
        bool known = _pieces.TryGetValue(symbol, out int id);
        if (known)
        {
            ids.Add(id);
        }
        else if (model.ByteIds is { } bytes)
        {
            Span<byte> utf8 = stackalloc byte[4];
            foreach (byte value in utf8[..Encoding.UTF8.GetBytes(symbol, utf8)]) ids.Add(bytes[value]);
        }
        else if (!_lastWasUnknown)
        {
            ids.Add(model.UnknownId);
        }

        _lastWasUnknown = !known;
    }
}
