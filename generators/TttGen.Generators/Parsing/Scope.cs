using Microsoft.CodeAnalysis;
using TttGen.Compiler.Language;

namespace TttGen.Generators.Parsing;

/// <summary>The values of one method: names that are different from each other and from the record's parameters, and what each variable stands for now.</summary>
internal sealed class Scope(IEnumerable<string> taken)
{
    private readonly HashSet<string> _taken = [.. taken];
    private readonly Dictionary<ISymbol, string> _values = new(SymbolEqualityComparer.Default);
    private readonly List<SpecStatement> _statements = [];
    private int _temporaries;

    public IReadOnlyList<SpecStatement> Statements => _statements;

    /// <summary>A name for a new value: the wished one, or with a number behind.</summary>
    public string Fresh(string wish)
    {
        var name = wish;
        for (var n = 2; !_taken.Add(name); n++) name = $"{wish}{n}";
        return name;
    }

    /// <summary>Appends an operation; its value has a name of its own: t0, t1 …</summary>
    public string Add(string op, TypeRef type, IReadOnlyList<string> operands, IReadOnlyList<TypeRef>? typeArguments = null, double literal = 0)
    {
        string name;
        do name = $"t{_temporaries++}";
        while (!_taken.Add(name));
        _statements.Add(new(name, op, typeArguments ?? [], operands, type, literal));
        return name;
    }

    /// <summary>
    /// Lets a variable stand for a value. The value takes the variable's name if it is a new one without a name of its own, so that
    /// generated code speaks as the user does.
    /// </summary>
    public void Assign(ISymbol variable, string value, bool isNew)
    {
        if (isNew && _statements.Count > 0 && _statements[_statements.Count - 1] is var last && last.Target == value)
        {
            _taken.Remove(value);
            _temporaries--;
            value = Fresh(variable.Name);
            _statements[_statements.Count - 1] = last with { Target = value };
        }

        _values[variable] = value;
    }

    public void Argument(ISymbol argument, string name) => _values[argument] = name;

    public string? Value(ISymbol variable) => _values.TryGetValue(variable, out var value) ? value : null;
}
