using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Language;

/// <content>Parameters: checkpoint keys, shapes, and what config.json says.</content>
public sealed partial class Linker
{
    private static string Join(string prefix, string key) => prefix.Length == 0 ? key : key.Length == 0 ? prefix : prefix + "." + key;

    private void BindParameters(SpecInstance spec, string prefix, string path)
    {
        Configure(spec);
        foreach (var p in spec.Program.Parameters) spec.Parameters[p.Name] = Bind(spec, p, prefix, path);
    }

    /// <summary>What a spec says of config.json.</summary>
    private void Configure(SpecInstance spec)
    {
        foreach (var c in spec.Program.Config)
        {
            if (c.Value is { } value) _settings.AddDefault(spec.Program.Name, c.Key, value);
            SetConfig(c.Key, c.Dimension is { } d ? Numbers.Of(Size(spec.Close(new TypeRef(d, [])))) : c.Value!);
        }
    }

    private Value Bind(SpecInstance spec, SpecParameter p, string prefix, string path)
    {
        var type = spec.Close(p.Type);
        var key = Join(prefix, p.Key);
        var name = path + p.Name;
        switch (type.Name)
        {
            case "double" or "System.Double":
                return new SettingValue(_settings.Add(spec.Program.Name, p));
            case "TttGen.Linear":
                {
                    var (d, n) = (AxisOf(type.Arguments[0]), AxisOf(type.Arguments[1]));
                    var linked = Register(new(name, key, Unit([n.Size, d.Size], p.UnitAxis), ParameterForm.Matrix, _layers, n.Size, d.Size));
                    return new MatrixValue(linked, d, n);
                }
            case "TttGen.Embedding":
                {
                    var (v, d) = (AxisOf(type.Arguments[0]), AxisOf(type.Arguments[1]));
                    return new TableValue(Register(new(name, key, [v.Size, d.Size], ParameterForm.Table, 1, v.Size, d.Size)), v, d);
                }
            case "TttGen.LmHead":
                {
                    var (d, v) = (AxisOf(type.Arguments[0]), AxisOf(type.Arguments[1]));
                    return new TableValue(Register(new(name, "lm_head.weight", [v.Size, d.Size], ParameterForm.Table, 1, v.Size, d.Size)), v, d);
                }
            case "TttGen.Vec":
                {
                    var n = AxisOf(type.Arguments[0]);
                    var linked = Register(new(name, key, Unit([n.Size], p.UnitAxis), ParameterForm.Vector, _layers, n.Size, 1));
                    return new NamedValue(linked.Name, [n]);
                }
            case "TttGen.Mat":
                {
                    var (n, taps) = (AxisOf(type.Arguments[0]), AxisOf(type.Arguments[1]));
                    var linked = Register(new(name, key, Unit([n.Size, taps.Size], p.UnitAxis), ParameterForm.Taps, _layers, n.Size, taps.Size));
                    return new TapsValue(linked, n, taps.Size);
                }
            case "TttGen.PerHead":
                return new MemoryValue(type.Arguments[1], key, AxisOf(type.Arguments[0]));
            case "TttGen.Stack":
                SetConfig("num_hidden_layers", Numbers.Of(Size(type.Arguments[0])));
                return new StackValue(type.Arguments[1], key, Size(type.Arguments[0]));
            default:
                // a part without a key of its own has no name of its own either: its parameters stand beside the others
                var inside = p.Key == (spec.Program.Kind == SpecKind.Model ? "model" : "") ? path : name;
                var instance = Instance(type, inside);
                BindParameters(instance, key, inside);
                return new InstanceValue(instance);
        }
    }

    private static int[] Unit(int[] shape, int axis) => axis < 0 ? shape : [.. shape.Take(axis), 1, .. shape.Skip(axis)];

    private LinkedParameter Register(LinkedParameter p)
    {
        p = p with { Name = _names.Take(p.Name) };
        if (_parameters.FirstOrDefault(o => o.Key == p.Key) is { } twin)
            throw new CompileException("TTT124", $"two parameters have the checkpoint key {p.Key}: {twin.Name} and {p.Name}; give one a [Key]");
        _parameters.Add(p);
        return p;
    }

    private SpecInstance Instance(TypeRef type, string path)
    {
        if (!_programs.TryGetValue((type.Name, type.Arguments.Count), out var program))
            throw new CompileException("TTT125", $"{type} is no spec that the compiler knows");
        var bindings = program.TypeParameters.Zip(type.Arguments, (p, a) => (p, a)).ToDictionary(x => x.p, x => x.a);
        return new SpecInstance(program, bindings, path);
    }
}
