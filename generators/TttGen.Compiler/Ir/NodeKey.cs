namespace TttGen.Compiler.Ir;

/// <summary>What makes two nodes the same expression.</summary>
internal readonly struct NodeKey : IEquatable<NodeKey>
{
    private readonly Type _kind;
    private readonly string _text;
    private readonly double _number;
    private readonly Axis[] _shape;
    private readonly Node[] _operands;
    private readonly string[] _indices;
    private readonly int _hash;

    private NodeKey(Type kind, string text, double number, Axis[] shape, Node[] operands, string[] indices)
    {
        (_kind, _text, _number, _shape, _operands, _indices) = (kind, text, number, shape, operands, indices);
        var hash = kind.GetHashCode() * 31 + text.GetHashCode();
        hash = hash * 31 + number.GetHashCode();
        foreach (var axis in shape) hash = hash * 31 + axis.GetHashCode();
        foreach (var node in operands) hash = hash * 31 + node.Id;
        foreach (var index in indices) hash = hash * 31 + index.GetHashCode();
        _hash = hash;
    }

    public static NodeKey Input(string name) => new(typeof(Input), name, 0, [], [], []);
    public static NodeKey Harmonic(Axis axis) => new(typeof(Harmonic), "", 0, [axis], [], []);
    public static NodeKey Mask() => new(typeof(Mask), "", 0, [], [], []);
    public static NodeKey Tap(string parameter, int place) => new(typeof(Tap), parameter, place, [], [], []);
    public static NodeKey EachHead(string parameter, Axis columns) => new(typeof(EachHead), parameter, 0, [columns], [], []);
    public static NodeKey HeadSum(Node argument, int feature) => new(typeof(HeadSum), "", feature, [], [argument], []);
    public static NodeKey Setting(string name) => new(typeof(Setting), name, 0, [], [], []);
    public static NodeKey Literal(double value) => new(typeof(Literal), "", value, [], [], []);
    public static NodeKey Inverse(Axis axis) => new(typeof(InverseSize), "", 0, [axis], [], []);
    public static NodeKey Zero(Axis[] shape) => new(typeof(Zero), "", 0, shape, [], []);
    public static NodeKey Map(Function function, Node[] arguments) => new(typeof(Map), "", (int)function, [], arguments, []);
    public static NodeKey Sum(Node[] terms) => new(typeof(Sum), "", 0, [], terms, []);
    public static NodeKey Einsum(Node[] operands, string[] indices, string output, Axis[] shape) => new(typeof(Einsum), output, 0, shape, operands, indices);

    public bool Equals(NodeKey other) => _hash == other._hash && _kind == other._kind && _text == other._text && _number.Equals(other._number)
        && _shape.SequenceEqual(other._shape) && _operands.SequenceEqual(other._operands) && _indices.SequenceEqual(other._indices);

    public override bool Equals(object? obj) => obj is NodeKey other && Equals(other);

    public override int GetHashCode() => _hash;
}
