using System.Text;

namespace TttGen.Compiler.Spelling;

/// <summary>An expression of generated code. It is printed with parentheses where precedence asks for them, and nowhere else.</summary>
public abstract class Expr
{
    private const int Conditionals = 1, Conjunctions = 2, Comparisons = 3, Shifts = 4, Sums = 5, Products = 6, Unaries = 7, Atoms = 8;

    private protected Expr(int precedence, params Expr[] parts) => (Precedence, Parts) = (precedence, parts);

    /// <summary>What it is made of.</summary>
    public IReadOnlyList<Expr> Parts { get; }

    /// <summary>One operand that costs no operation: a name, a number, an element at a simple index, a conversion of one.</summary>
    public virtual bool IsSimple => false;

    /// <summary>A name or an element, signed or not: nothing that a local would spare.</summary>
    public virtual bool IsPlace => false;

    /// <summary>Whether an identifier stands in it.</summary>
    public virtual bool Mentions(string name) => Parts.Any(p => p.Mentions(name));

    private int Precedence { get; }

    /// <summary>An identifier, a member, or a literal.</summary>
    public static Expr Name(string text) => new Named(text);

    /// <summary>An integer.</summary>
    public static Expr Of(long value) => new Named(Numbers.Of(value));

    /// <summary>A call.</summary>
    public static Expr Call(string function, params Expr[] arguments) => new Called(function, arguments);

    /// <summary>target.method(…)</summary>
    public static Expr Invoke(Expr target, string method, params Expr[] arguments) => new Invoked(target, method, arguments);

    /// <summary>view[index]</summary>
    public static Expr Element(Expr view, Expr index) => new Indexed(view, index);

    /// <summary>*pointer</summary>
    public static Expr At(Expr pointer) => new Prefixed("*", pointer);

    /// <summary>(type)value</summary>
    public static Expr Cast(string type, Expr value) => new Prefixed($"({type})", value);

    /// <summary>condition ? one : other</summary>
    public static Expr Choose(Expr condition, Expr one, Expr other) => new Chosen(condition, one, other);

    /// <summary>left op right, where op is one of the language's left-associative operators.</summary>
    public static Expr Binary(Expr left, string op, Expr right) => new Operation(left, op, right);

    /// <summary>The product of one or more factors, from left to right.</summary>
    public static Expr Product(IEnumerable<Expr> factors) => factors.Aggregate((product, factor) => product * factor);

    /// <summary>left + right</summary>
    public static Expr operator +(Expr left, Expr right) => Binary(left, "+", right);

    /// <summary>left − right</summary>
    public static Expr operator -(Expr left, Expr right) => Binary(left, "-", right);

    /// <summary>left · right</summary>
    public static Expr operator *(Expr left, Expr right) => Binary(left, "*", right);

    /// <summary>left / right</summary>
    public static Expr operator /(Expr left, Expr right) => Binary(left, "/", right);

    /// <summary>−x</summary>
    public static Expr operator -(Expr x) => new Prefixed("-", x);

    /// <summary>left + right, added from left to right: the terms of a sum are terms of the whole.</summary>
    public Expr Plus(Expr right) => right is Operation { Op: "+" or "-" } sum ? Binary(Plus(sum.Left), sum.Op, sum.Right) : this + right;

    /// <summary>The negated value, where this is one.</summary>
    public Expr? Negated => this is Prefixed { Op: "-" } minus ? minus.X : this is Named { Text: ['-', ..] } number ? Name(number.Text.Substring(1)) : null;

    /// <summary>The view and the index of an element.</summary>
    public (Expr View, Expr Index)? AsElement => this is Indexed element ? (element.View, element.Index) : null;

    /// <summary>The identifier, where this is one.</summary>
    public string? Identifier => this is Named named && named.Text.All(c => char.IsLetterOrDigit(c) || c == '_') ? named.Text : null;

    /// <inheritdoc/>
    public sealed override string ToString()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    private protected abstract void Write(StringBuilder text);

    private protected static void Write(StringBuilder text, Expr part, int least)
    {
        if (part.Precedence < least) text.Append('(');
        part.Write(text);
        if (part.Precedence < least) text.Append(')');
    }

    private sealed class Named(string text) : Expr(text.Length > 1 && text[0] == '-' ? Unaries : Atoms)
    {
        public string Text { get; } = text;

        public override bool IsSimple => true;

        public override bool IsPlace => Text.IndexOf('(') < 0;

        public override bool Mentions(string name) => Text == name;

        private protected override void Write(StringBuilder text) => text.Append(Text);
    }

    private sealed class Called(string function, Expr[] arguments) : Expr(Atoms, arguments)
    {
        public override bool IsSimple => Parts.Count == 1 && Parts[0].IsSimple;

        private protected override void Write(StringBuilder text)
        {
            text.Append(function).Append('(');
            for (var k = 0; k < Parts.Count; k++)
            {
                if (k > 0) text.Append(", ");
                Parts[k].Write(text);
            }
            text.Append(')');
        }
    }

    private sealed class Invoked(Expr target, string method, Expr[] arguments) : Expr(Atoms, [target, .. arguments])
    {
        private protected override void Write(StringBuilder text)
        {
            Write(text, Parts[0], Atoms);
            text.Append('.').Append(method).Append('(').Append(string.Join(", ", Parts.Skip(1))).Append(')');
        }
    }

    private sealed class Indexed(Expr view, Expr index) : Expr(Atoms, view, index)
    {
        public Expr View => Parts[0];

        public Expr Index => Parts[1];

        public override bool IsSimple => View.IsSimple && Index.IsSimple;

        public override bool IsPlace => IsSimple;

        private protected override void Write(StringBuilder text)
        {
            Write(text, View, Atoms);
            text.Append('[');
            Index.Write(text);
            text.Append(']');
        }
    }

    private sealed class Prefixed(string op, Expr x) : Expr(Unaries, x)
    {
        public string Op { get; } = op;

        public Expr X => Parts[0];

        public override bool IsSimple => X.IsSimple;

        public override bool IsPlace => Op.Length == 1 && X.IsPlace;

        private protected override void Write(StringBuilder text)
        {
            text.Append(Op);
            // two signs in a row would be another operator
            Write(text, X, X is Prefixed ? Atoms : Unaries);
        }
    }

    private sealed class Operation(Expr left, string op, Expr right) : Expr(Level(op), left, right)
    {
        public Expr Left => Parts[0];

        public string Op { get; } = op;

        public Expr Right => Parts[1];

        private protected override void Write(StringBuilder text)
        {
            Write(text, Left, Precedence);
            text.Append(' ').Append(Op).Append(' ');
            Write(text, Right, Precedence + 1);
        }

        private static int Level(string op) => op switch
        {
            "*" or "/" or "%" => Products,
            "+" or "-" => Sums,
            "<<" or ">>" => Shifts,
            "<" or "<=" or ">" or ">=" or "==" => Comparisons,
            "&&" => Conjunctions,
            _ => throw new ArgumentOutOfRangeException(nameof(op), op, "no operator"),
        };
    }

    private sealed class Chosen(Expr condition, Expr one, Expr other) : Expr(Conditionals, condition, one, other)
    {
        private protected override void Write(StringBuilder text)
        {
            Write(text, Parts[0], Comparisons);
            text.Append(" ? ");
            Write(text, Parts[1], Comparisons);
            text.Append(" : ");
            Write(text, Parts[2], Comparisons);
        }
    }
}
