using System.Globalization;

namespace TttGen.Checkpoints;

/// <summary>
/// Parameters that are pieces of one tensor of a checkpoint: their key is the tensor's with a number, <c>in_proj.weight[1]</c>, and they lie one behind another along its
/// first axis.
/// </summary>
internal sealed class TensorPieces
{
    private readonly Dictionary<string, List<(ParameterInfo Piece, long First)>> _pieces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Tensor, long First)> _places = new(StringComparer.Ordinal);

    private TensorPieces(IReadOnlyList<ParameterInfo> whole) => Whole = whole;

    /// <summary>Of no parameters.</summary>
    internal static TensorPieces None { get; } = new([]);

    /// <summary>The tensors of the checkpoint, each where its first piece stands.</summary>
    internal IReadOnlyList<ParameterInfo> Whole { get; private set; }

    /// <summary>Puts pieces together.</summary>
    /// <exception cref="TttException">A tensor lacks a piece, has one twice, or its pieces have rows of different shapes.</exception>
    internal static TensorPieces Of(IReadOnlyList<ParameterInfo> parameters)
    {
        var pieces = new TensorPieces([]);
        foreach (var group in parameters.Where(p => Split(p.Key).Piece >= 0).GroupBy(p => Split(p.Key).Tensor))
        {
            var ordered = group.OrderBy(p => Split(p.Key).Piece).ToList();
            for (var k = 0; k < ordered.Count; k++)
            {
                if (Split(ordered[k].Key).Piece != k) throw new TttException($"{group.Key}: expected a parameter that is its piece {k}, found {string.Join(", ", ordered.Select(p => p.Key))}");
                if (!ordered[k].Shape.Skip(1).SequenceEqual(ordered[0].Shape.Skip(1)))
                    throw new TttException($"{group.Key}: expected pieces that differ in their first axis only, found {TensorEntry.Text(ordered[0].Shape)} and {TensorEntry.Text(ordered[k].Shape)}");
            }
            long first = 0;
            var own = pieces._pieces[group.Key] = [];
            foreach (var piece in ordered)
            {
                own.Add((piece, first));
                pieces._places[piece.Key] = (group.Key, first);
                first += piece.Count;
            }
        }
        pieces.Whole = [.. parameters.Select(pieces.WholeOf).OfType<ParameterInfo>()];
        return pieces;
    }

    /// <summary>The tensor that a key belongs to, and where in it the parameter begins.</summary>
    internal (string Tensor, long First) Place(string key) => _places.TryGetValue(key, out var place) ? place : (key, 0);

    /// <summary>A source of whole tensors, from one of parameters.</summary>
    internal TensorSource Joined(TensorSource source) => (tensor, first, to) =>
    {
        if (!_pieces.TryGetValue(tensor.Key, out var own))
        {
            source(tensor, first, to);
            return;
        }
        foreach (var (piece, at) in own)
        {
            long begin = Math.Max(first, at), end = Math.Min(first + to.Length, at + piece.Count);
            if (begin < end) source(piece, begin - at, to.Slice((int)(begin - first), (int)(end - begin)));
        }
    };

    /// <summary>The tensor's key, of that of a piece; any other key as it is.</summary>
    internal static string TensorOf(string key) => Split(key).Tensor;

    private ParameterInfo? WholeOf(ParameterInfo parameter)
    {
        if (!_places.TryGetValue(parameter.Key, out var place)) return parameter;
        return place.First > 0 ? null : new(place.Tensor, [_pieces[place.Tensor].Sum(p => p.Piece.Shape[0]), .. parameter.Shape.Skip(1)]);
    }

    private static (string Tensor, int Piece) Split(string key)
    {
        var open = key.EndsWith(']') ? key.LastIndexOf('[') : -1;
        return open > 0 && int.TryParse(key.AsSpan(open + 1, key.Length - open - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var piece) ? (key[..open], piece) : (key, -1);
    }
}
