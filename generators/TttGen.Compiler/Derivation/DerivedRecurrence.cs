using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>How much of a recurrence a value belongs to: it is computed once for that, and read by what belongs to more.</summary>
public enum StepLevel
{
    /// <summary>One for a channel, whatever the token and place.</summary>
    Channel,

    /// <summary>One for a channel and place, whatever the token.</summary>
    Place,

    /// <summary>One for a token and channel, whatever the place.</summary>
    Token,

    /// <summary>One for a token, channel and place.</summary>
    Element,
}

/// <summary>A value that is kept for what belongs to more, and its gradient's name in the graph.</summary>
/// <param name="Node">The value: an input of the level, or what is made of some.</param>
/// <param name="Level">Where it belongs.</param>
/// <param name="Gradient">Its gradient as an input of the level's own gradient program.</param>
public sealed record KeptValue(Node Node, StepLevel Level, Input Gradient)
{
    /// <summary>Whether it is computed, rather than given.</summary>
    public bool IsMade => Node is not Input;
}

/// <summary>
/// A recurrence as programs by level: what no token has a part in is made once, what all places of a token share once a token, the rest for each element. The backward pass
/// runs the levels in reverse: an element's gradients of what it shares are added up before they go on.
/// </summary>
public sealed class DerivedRecurrence
{
    private readonly Graph _g;
    private readonly Dictionary<Node, StepLevel> _levels = [];
    private readonly Dictionary<Node, Node> _rebuilt = [];
    private readonly List<KeptValue> _kept = [];
    private readonly Dictionary<Input, StepLevel> _inputs;

    private DerivedRecurrence(Recurrence recurrence)
    {
        (Recurrence, _g) = (recurrence, recurrence.Graph);
        _inputs = recurrence.Inputs.ToDictionary(recurrence.NodeOf, i => i.Kind switch
        {
            StepInputKind.ChannelRows => StepLevel.Token,
            StepInputKind.PlaceRows => StepLevel.Element,
            StepInputKind.ChannelWeight or StepInputKind.Number => StepLevel.Channel,
            StepInputKind.PlaceWeight => StepLevel.Place,
            _ => throw new ArgumentOutOfRangeException(nameof(recurrence), i.Kind, null),
        });
        var next = Apart(_g, [.. recurrence.Next.Select(Rebuilt), Rebuilt(recurrence.Answer)]);
        Next = [.. next.Take(recurrence.Parts.Count)];
        Answer = next[next.Length - 1];
        foreach (var root in Next.Append(Answer)) Keep(root, StepLevel.Element);
    }

    /// <summary>The recurrence.</summary>
    public Recurrence Recurrence { get; }

    /// <summary>The parts after a token.</summary>
    public IReadOnlyList<Node> Next { get; }

    /// <summary>The element's share in the answer.</summary>
    public Node Answer { get; }

    /// <summary>Values that levels read of lower ones, in the order in which they can be made.</summary>
    public IReadOnlyList<KeptValue> Kept => _kept;

    /// <summary>Those of one level.</summary>
    public IEnumerable<KeptValue> Of(StepLevel level) => _kept.Where(k => k.Level == level);

    /// <summary>Values that are stored one by one: of two that are equal, and of what is given, there is a copy.</summary>
    public static Node[] Apart(Graph g, IEnumerable<Node> values)
    {
        var taken = new HashSet<Node>();
        return [.. values.Select(value =>
        {
            while (value is Input or Zero or Literal || !taken.Add(value)) value = g.Map(Function.Copy, value);
            return value;
        })];
    }

    /// <summary>Derives a recurrence's programs.</summary>
    public static DerivedRecurrence Of(Recurrence recurrence) => new(recurrence);

    /// <summary>The level of a value: the least that every input of it belongs to.</summary>
    public StepLevel LevelOf(Node node)
    {
        if (_levels.TryGetValue(node, out var known)) return known;
        var level = node is Input input ? _inputs.TryGetValue(input, out var own) ? own : StepLevel.Element
            : node.Operands.Select(LevelOf).Aggregate(StepLevel.Channel, Joined);
        return _levels[node] = level;
    }

    private static StepLevel Joined(StepLevel a, StepLevel b) => a == b ? a : (a, b) switch
    {
        (StepLevel.Channel, _) => b,
        (_, StepLevel.Channel) => a,
        _ => StepLevel.Element,
    };

    /// <summary>The gradients of an element by its parts, by what it reads of lower levels, and by a token's numbers of its place; zeros where there is none.</summary>
    /// <param name="dNext">Inputs for the gradients by the parts after the token.</param>
    /// <param name="dAnswer">An input for that by the channel's answer.</param>
    /// <param name="wrt">What by.</param>
    public Node[] ElementGradient(IReadOnlyList<Node> dNext, Node dAnswer, IReadOnlyList<Node> wrt) => Vjp.Of(_g, [.. Next.Zip(dNext, (n, d) => (n, d)), (Answer, dAnswer)], wrt);

    /// <summary>The gradients of a level's made values by what they are made of.</summary>
    public Node[] LevelGradient(StepLevel level, IReadOnlyList<Node> wrt) => Vjp.Of(_g, [.. Of(level).Where(k => k.IsMade).Select(k => (k.Node, (Node)k.Gradient))], wrt);

    // ---- what is shared

    /// <summary>Products whose factors belong to several levels, with those of each level multiplied first.</summary>
    private Node Rebuilt(Node node)
    {
        if (_rebuilt.TryGetValue(node, out var known)) return known;
        var rebuilt = node switch
        {
            Input or Literal or Zero => node,
            Einsum { IsElementwise: true, Rank: 1 } e when LevelOf(e) == StepLevel.Element => Grouped(e),
            Einsum e => _g.Einsum([.. e.Operands.Zip(e.Indices, (o, i) => (Rebuilt(o), i))], e.Out, e.Shape),
            Map m => _g.Map(m.Function, [.. m.Operands.Select(Rebuilt)]),
            Sum s => _g.Add([.. s.Operands.Select(Rebuilt)]),
            _ => node,
        };
        if (node.Hint is { } hint && rebuilt is not (Input or Literal)) rebuilt.Named(hint);
        return _rebuilt[node] = rebuilt;
    }

    private Node Grouped(Einsum product)
    {
        var coefficient = 1.0;
        var factors = new List<Node>();
        Open(product);
        var groups = factors.Where(f => f.Rank == 1).GroupBy(LevelOf).ToDictionary(group => group.Key, group => group.ToList());
        // what belongs to a channel joins what is made most seldom
        if (groups.TryGetValue(StepLevel.Channel, out var ofChannel) && (groups.ContainsKey(StepLevel.Place) || groups.ContainsKey(StepLevel.Token)))
        {
            groups[groups.ContainsKey(StepLevel.Token) ? StepLevel.Token : StepLevel.Place].AddRange(ofChannel);
            groups.Remove(StepLevel.Channel);
        }
        var parts = factors.Where(f => f.Rank == 0).ToList();
        foreach (var level in new[] { StepLevel.Place, StepLevel.Token, StepLevel.Channel })
        {
            if (!groups.TryGetValue(level, out var group)) continue;
            var together = group.Count == 1 ? group[0] : _g.Mul([.. group]);
            if (coefficient != 1) together = _g.Map(Function.Copy, _g.Scale(coefficient, together));
            coefficient = 1;
            parts.Add(together);
        }
        if (groups.TryGetValue(StepLevel.Element, out var own)) parts.AddRange(own);
        var all = parts.Select(p => (p, p.Rank == 1 ? "a" : "")).ToList();
        if (coefficient != 1) all.Insert(0, (_g.Literal(coefficient), ""));
        return _g.Einsum(all, "a", product.Shape);

        void Open(Einsum e)
        {
            coefficient *= e.Coefficient;
            foreach (var (factor, _) in e.Factors)
                if (factor is Einsum { IsElementwise: true, Rank: 1 } inner) Open(inner);
                else factors.Add(Rebuilt(factor));
        }
    }

    /// <summary>Finds what a level reads of lower ones.</summary>
    private void Keep(Node root, StepLevel reader)
    {
        var seen = new HashSet<Node>();
        Visit(root);

        void Visit(Node node)
        {
            if (node.Rank == 0 || node is Literal or Zero || !seen.Add(node)) return;
            var level = LevelOf(node);
            if (level == reader || level == StepLevel.Element)
            {
                foreach (var operand in node.Operands) Visit(operand);
                return;
            }
            if (_kept.Any(k => k.Node == node)) return;
            if (node is not Input) Keep(node, level);
            if (node.Operands.Count > 0 && IsConstant(node)) return;
            _kept.Add(new(node, level, (Input)_g.Input($"d{_kept.Count}Kept", Recurrence.Channels)));
        }
    }

    /// <summary>A number in the shape of channels: nothing to keep.</summary>
    private static bool IsConstant(Node node) => node is Einsum { Rank: 1 } e && e.Factors.All(f => f.Node.Rank == 0);
}
