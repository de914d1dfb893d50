using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Language;

/// <summary>What a name of a spec stands for while it is linked.</summary>
internal abstract record Value;

/// <summary>A tensor or a number.</summary>
internal sealed record NodeValue(Node Node) : Value;

/// <summary>A vector parameter, to be read in whatever graph it is used in.</summary>
internal sealed record NamedValue(string Name, Axis[] Shape) : Value;

/// <summary>A number of config.json.</summary>
internal sealed record SettingValue(string Name) : Value;

/// <summary>Token ids.</summary>
internal sealed record TokensValue : Value;

/// <summary>A product's operand.</summary>
internal sealed record MatrixValue(LinkedParameter Parameter, Axis Inputs, Axis Outputs) : Value;

/// <summary>An embedding or a head.</summary>
internal sealed record TableValue(LinkedParameter Parameter, Axis Vocabulary, Axis Width) : Value;

/// <summary>A depthwise kernel: one vector a tap, the last tap first in time.</summary>
internal sealed record TapsValue(LinkedParameter Parameter, Axis Columns, int Taps) : Value;

/// <summary>A sub-spec.</summary>
internal sealed record InstanceValue(SpecInstance Instance) : Value;

/// <summary>The next parts of an optimiser or a recurrence.</summary>
internal sealed record PartsValue(IReadOnlyList<Node> Parts) : Value;

/// <summary>The inner models of a TTT layer.</summary>
internal sealed record MemoryValue(TypeRef Model, string Key, Axis Heads) : Value;

/// <summary>Blocks one after another.</summary>
internal sealed record StackValue(TypeRef Block, string Key, int Depth) : Value;

/// <summary>The last product of a model.</summary>
internal sealed record LogitsValue(Node Rows, LinkedParameter Table) : Value;

/// <summary>A spec at one place of a model: its type parameters bound, its parameters linked.</summary>
internal sealed class SpecInstance(SpecProgram program, IReadOnlyDictionary<string, TypeRef> bindings, string path)
{
    public SpecProgram Program { get; } = program;

    public IReadOnlyDictionary<string, TypeRef> Bindings { get; } = bindings;

    /// <summary>Names from the root, joined: <c>SeqModelingBlockQProj</c> without the last.</summary>
    public string Path { get; } = path;

    public Dictionary<string, Value> Parameters { get; } = [];

    /// <summary>A type of this spec with its type parameters replaced.</summary>
    public TypeRef Close(TypeRef type) => type.Arguments.Count == 0 && Bindings.TryGetValue(type.Name, out var bound)
        ? bound
        : new TypeRef(type.Name, [.. type.Arguments.Select(Close)]);
}
