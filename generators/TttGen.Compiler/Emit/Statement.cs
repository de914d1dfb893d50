using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>A statement of a row's code, on one line.</summary>
internal abstract class Statement
{
    /// <summary>Whether an identifier stands in it.</summary>
    public abstract bool Mentions(string name);

    /// <summary>type name = value;</summary>
    public static Declaration Declare(string type, string name, Expr value) => new(type, name, value);

    /// <summary>target = value; or with another assignment operator.</summary>
    public static Statement Assign(Expr target, Expr value, string op = "=") => new Assignment(target, op, value);

    /// <summary>A call for what it does.</summary>
    public static Statement Do(Expr call) => new Evaluation(call);

    /// <summary>The statement where a condition holds; always, where there is none.</summary>
    public Statement If(Expr? condition) => condition is null ? this : new Conditional(condition, this);

    /// <summary>A statement before this one.</summary>
    public Statement After(Statement first) => new Pair(first, this);

    private sealed class Assignment(Expr target, string op, Expr value) : Statement
    {
        public override bool Mentions(string name) => target.Mentions(name) || value.Mentions(name);

        public override string ToString() => $"{target} {op} {value};";
    }

    private sealed class Evaluation(Expr call) : Statement
    {
        public override bool Mentions(string name) => call.Mentions(name);

        public override string ToString() => $"{call};";
    }

    private sealed class Conditional(Expr condition, Statement then) : Statement
    {
        public override bool Mentions(string name) => condition.Mentions(name) || then.Mentions(name);

        public override string ToString() => $"if ({condition}) {then}";
    }

    private sealed class Pair(Statement first, Statement second) : Statement
    {
        public override bool Mentions(string name) => first.Mentions(name) || second.Mentions(name);

        public override string ToString() => $"{first} {second}";
    }
}

/// <summary>A local and its value.</summary>
internal sealed class Declaration(string type, string name, Expr value) : Statement
{
    /// <summary>The local.</summary>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public override bool Mentions(string other) => value.Mentions(other);

    /// <inheritdoc/>
    public override string ToString() => $"{type} {Name} = {value};";
}
