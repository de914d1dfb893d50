namespace TttGen.Compiler.Ir;

/// <summary>
/// Builds nodes. Equal expressions become one node, and what can be said more simply is: <see cref="Products"/> has the rules for products,
/// <see cref="Sums"/> those for sums.
/// </summary>
public sealed class Graph
{
    private readonly Dictionary<NodeKey, Node> _interned = [];
    private readonly List<Node> _nodes = [];
    private readonly Products _products;
    private readonly Sums _sums;

    /// <summary>An empty graph.</summary>
    public Graph()
    {
        _products = new(this);
        _sums = new(this);
    }

    /// <summary>False: a·B + c·B is left as two products, where B is a packed matrix that can not be added to another.</summary>
    public bool SharesFactors { get; init; } = true;

    /// <summary>Every node made so far, operands before what uses them.</summary>
    public IEnumerable<Node> Nodes => _nodes;

    /// <summary>1 where the column is not after the row: who is before whom among the rows of one call.</summary>
    public Node Tril => Intern(NodeKey.Mask(), id => new Mask(id));

    /// <summary>The tensor of that name; the first call gives its shape.</summary>
    public Node Input(string name, params Axis[] shape) => Input(name, null, shape);

    /// <summary>What a program is given; the first call gives its shape.</summary>
    public Node Input(Argument argument, params Axis[] shape) => Input(argument.Name, argument, shape);

    private Node Input(string name, Argument? argument, Axis[] shape)
    {
        var input = Intern(NodeKey.Input(name), id => new Input(id, shape, name) { Argument = argument });
        if (argument is not null && !argument.Equals(((Input)input).Argument)) throw new ArgumentException($"input {name} is something else already");
        return input.Shape.SequenceEqual(shape) ? input
            : throw new ArgumentException($"input {name}: expected [{string.Join(", ", input.Shape)}] as before, found [{string.Join(", ", shape)}]");
    }

    /// <summary>One tap of a convolution's weights.</summary>
    public Node Tap(string parameter, int place, Axis columns) => Intern(NodeKey.Tap(parameter, place), id => new Tap(id, columns, parameter, place));

    /// <summary>A vector parameter of one head, once for each head of a row.</summary>
    public Node EachHead(string parameter, int feature, Axis columns) => Intern(NodeKey.EachHead(parameter, columns), id => new EachHead(id, columns, parameter, feature));

    /// <summary>Σ x along each head, in the place of every column of it.</summary>
    public Node HeadSum(Node rows, int feature) => rows is Ir.Zero ? rows : Intern(NodeKey.HeadSum(rows, feature), id => new Ir.HeadSum(id, rows, feature));

    /// <summary>1 / (i + 1) along an axis.</summary>
    public Node Harmonic(Axis axis) => Intern(NodeKey.Harmonic(axis), id => new Harmonic(id, axis));

    /// <summary>A number that is known when a model is loaded.</summary>
    public Node Setting(string name) => Intern(NodeKey.Setting(name), id => new Setting(id, name));

    /// <summary>A number.</summary>
    public Node Literal(double value) => Intern(NodeKey.Literal(value), id => new Literal(id, value));

    /// <summary>1 / size of an axis.</summary>
    public Node Inverse(Axis axis) => axis.Size > 0 ? Literal(1.0 / axis.Size) : Intern(NodeKey.Inverse(axis), id => new InverseSize(id, axis));

    /// <summary>Zeros.</summary>
    public Node Zero(Axis[] shape) => Intern(NodeKey.Zero(shape), id => new Zero(id, shape));

    /// <summary>f of the elements at each place of tensors of one shape. f of broadcasts is the broadcast of f.</summary>
    public Node Map(Function function, params Node[] arguments)
    {
        if (arguments.Length != function.Arguments()) throw new ArgumentException($"{function} is a function of {function.Arguments()}, found {arguments.Length} arguments");
        if (arguments.Any(a => !a.Shape.SequenceEqual(arguments[0].Shape))) throw new ArgumentException($"{function} of [{string.Join("], [", arguments.Select(a => string.Join(", ", a.Shape)))}]: one shape was expected");
        return Narrower(arguments) is { } narrow
            ? Einsum([(Map(function, narrow.Arguments), narrow.Index)], narrow.Out, arguments[0].Shape)
            : Intern(NodeKey.Map(function, arguments), id => new Map(id, function, arguments));
    }

    /// <summary>What broadcasts of one kind are broadcasts of, beside constants; null where they are something else.</summary>
    private (Node[] Arguments, string Index, string Out)? Narrower(Node[] arguments)
    {
        var view = arguments.OfType<Einsum>().FirstOrDefault(a => a is { IsView: true, Coefficient: 1, Factors.Count: 1 } && a.Factors[0].Node.Rank < a.Rank);
        if (view is null) return null;
        var (inner, index) = view.Factors[0];
        var narrow = arguments.Select(a => a switch
        {
            Ir.Zero => Zero(inner.Shape),
            Einsum { IsView: true, Factors.Count: 0 } constant => Fill(constant.Coefficient, inner.Shape),
            Einsum { IsView: true, Coefficient: 1, Factors.Count: 1 } other when other.Out == view.Out && other.Factors[0].Index == index && other.Factors[0].Node.Shape.SequenceEqual(inner.Shape) => other.Factors[0].Node,
            _ => null,
        }).ToArray();
        return narrow.Contains(null) ? null : (narrow.Select(n => n!).ToArray(), index, view.Out);
    }

    /// <summary>Rows delayed within their sequence, or (a negative delay) read ahead. Two delays of one direction are one. Equal ones stay apart: their gradients are.</summary>
    public Node Shift(Node rows, int by) => rows switch
    {
        Ir.Zero => rows,
        Ir.Shift inner when inner.By > 0 == by > 0 => Shift(inner.Argument, inner.By + by),
        _ => Primitive(id => new Shift(id, rows, by)),
    };

    /// <summary>A node that is equal to itself only: a primitive of rows.</summary>
    internal Node Primitive(Func<int, Node> make)
    {
        var node = make(_nodes.Count);
        _nodes.Add(node);
        return node;
    }

    /// <summary>One number everywhere.</summary>
    public Node Fill(double value, Axis[] shape) => Einsum([(Literal(value), "")], Letters(shape.Length), shape);

    /// <summary>factor · a</summary>
    public Node Scale(double factor, Node a) => Einsum([(Literal(factor), ""), (a, Letters(a.Rank))], Letters(a.Rank), a.Shape);

    /// <summary>Elementwise product, in the shape of the factor of most axes; the others are broadcast as <see cref="Spread"/> does.</summary>
    public Node Mul(params Node[] factors)
    {
        var shape = Widest(factors);
        return Einsum([.. factors.Select(f => (f, Placed(f.Shape, shape)))], Letters(shape.Length), shape);
    }

    /// <summary>a − b</summary>
    public Node Sub(Node a, Node b) => Add(a, Scale(-1, b));

    /// <summary>Elementwise sum, in the shape of the term of most axes; the others are broadcast as <see cref="Spread"/> does.</summary>
    public Node Add(params Node[] terms)
    {
        var shape = Widest(terms);
        return _sums.Of([.. terms.Select(t => Spread(t, shape))], shape);
    }

    /// <summary>Opens nested sums, so that products with a common factor meet; costs the sharing of the inner sums.</summary>
    public Node AddOpened(params Node[] terms) => Add([.. terms.SelectMany(t => t is Sum s ? s.Operands : [t])]);

    /// <summary>Broadcasts a tensor over the axes that it lacks: [D] or [n] to [n, D].</summary>
    public Node Spread(Node a, Axis[] shape) => a.Shape.SequenceEqual(shape) ? a : Einsum([(a, Placed(a.Shape, shape))], Letters(shape.Length), shape);

    /// <summary>A product said in letters, as in <c>Einsum("ab,bc->ac", a, b)</c>.</summary>
    public Node Einsum(string spec, params Node[] operands)
    {
        var parts = spec.Split(["->"], StringSplitOptions.None);
        var indices = parts[0].Split(',');
        Axis AxisOf(char c)
        {
            var operand = Array.FindIndex(indices, i => i.IndexOf(c) >= 0);
            return operands[operand].Shape[indices[operand].IndexOf(c)];
        }
        return Einsum([.. operands.Zip(indices, (n, i) => (n, i))], parts[1], [.. parts[1].Select(AxisOf)]);
    }

    /// <summary>Product of the operands, each read at its letters, summed over every letter that <paramref name="output"/> lacks.</summary>
    public Node Einsum(IReadOnlyList<(Node Node, string Index)> operands, string output, Axis[] shape) => _products.Of(operands, output, shape);

    /// <summary>The first letters, for the axes of one tensor.</summary>
    public static string Letters(int count) => "abcdefghijklm".Substring(0, count);

    internal Node InternSum(Node[] terms, Axis[] shape) => Intern(NodeKey.Sum(terms), id => new Sum(id, shape, terms));

    internal Node InternEinsum(Node[] operands, string[] indices, string output, Axis[] shape) =>
        Intern(NodeKey.Einsum(operands, indices, output, shape), id => new Einsum(id, shape, operands, indices, output));

    private Node Intern(NodeKey key, Func<int, Node> make)
    {
        if (_interned.TryGetValue(key, out var known)) return known;
        var node = make(_nodes.Count);
        _nodes.Add(node);
        return _interned[key] = node;
    }

    private static Axis[] Widest(Node[] nodes) => nodes.OrderByDescending(n => n.Rank).First().Shape;

    /// <summary>The letters of a whole shape at which a tensor of fewer axes is read: each axis at the innermost place that is left for it.</summary>
    private static string Placed(Axis[] part, Axis[] whole)
    {
        var letters = new char[part.Length];
        var at = whole.Length;
        for (var i = part.Length - 1; i >= 0; i--)
        {
            at = at > 0 ? Array.LastIndexOf(whole, part[i], at - 1) : -1;
            if (at < 0) throw new ArgumentException($"[{string.Join(", ", part)}] does not spread to [{string.Join(", ", whole)}]");
            letters[i] = (char)('a' + at);
        }
        return new(letters);
    }
}
