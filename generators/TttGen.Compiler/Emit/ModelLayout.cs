using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>Where a model's parameters, tables and states lie: the fields of the generated class.</summary>
internal sealed class ModelLayout
{
    private readonly Dictionary<string, LinkedParameter> _parameters;
    private readonly List<(string Name, RotatePairs Rotation)> _rotaries = [];
    private readonly List<(string Name, Rotate Rotation)> _positions = [];

    public ModelLayout(LinkedModel model)
    {
        Model = model;
        _parameters = model.Parameters.ToDictionary(p => p.Name);
    }

    public LinkedModel Model { get; }

    /// <summary>Rotary tables in use.</summary>
    public IEnumerable<(string Field, RotatePairs Rotation)> Rotaries => _rotaries.Select(r => ("_" + r.Name, r.Rotation));

    /// <summary>Rotations by whole places in use.</summary>
    public IEnumerable<(string Field, Rotate Rotation)> PositionRotaries => _positions.Select(r => ("_" + r.Name, r.Rotation));

    /// <summary>What turns rows by their place, without the underscore of its field; one for all of equal feature, base and pairs.</summary>
    public string PositionRotary(Rotate r)
    {
        foreach (var (known, other) in _positions)
            if (other.Feature == r.Feature && other.Halves == r.Halves && other.Frequencies.Select(NumberText).SequenceEqual(r.Frequencies.Select(NumberText))) return known;
        var name = "turn" + (_positions.Count == 0 ? "" : Numbers.Of(_positions.Count + 1));
        _positions.Add((name, r));
        return name;
    }

    public LinkedParameter Parameter(string name) => _parameters.TryGetValue(name, out var p) ? p : throw new CompileException("TTT152", $"{name} is no parameter");

    /// <summary>Elements from layer to layer of what is not a matrix.</summary>
    public static long Stride(LinkedParameter p) => (p.Count + 15) / 16 * 16;

    /// <summary>A parameter of the layer at work, as a device's plan passes it on.</summary>
    public string OnDevice(string name)
    {
        var p = Parameter(name);
        var field = "_" + Names.Lower(name);
        return p.Layers > 1 ? $"{field}.Slice(Layer * {Numbers.Of(Stride(p))}L, {Numbers.Of(p.Count)})" : field;
    }

    /// <summary>A setting's name, without the underscore of its field.</summary>
    public static string SettingName(string name) => Names.Lower(name);

    public string Setting(string name) => "_" + SettingName(name);

    /// <summary>Places of the longest axis that 1 / (i + 1) runs along; 0 where nothing asks for it.</summary>
    public int HarmonicPlaces => Model.Memories.Select(m => m.MiniBatch)
        .Concat(Reachable.From(Model.Segments.Select(s => s.Result)).OfType<Harmonic>().Select(h => h.Shape[0].Size)).DefaultIfEmpty(0).Max();

    /// <summary>The table of a rotation, without the underscore of its field; one for all of equal period, width, feature and base.</summary>
    public string Rotary(RotatePairs r)
    {
        foreach (var (table, other) in _rotaries)
            if (other.Period == r.Period && other.Feature == r.Feature && other.Shape[1].Size == r.Shape[1].Size && ThetaText(other) == ThetaText(r)) return table;
        var name = "rotary" + (_rotaries.Count == 0 ? "" : Numbers.Of(_rotaries.Count + 1));
        _rotaries.Add((name, r));
        return name;
    }

    public string ThetaText(RotatePairs r) => NumberText(r.Theta);

    /// <summary>A number that is known when a model is loaded.</summary>
    public string NumberText(Node number) => number switch
    {
        Literal l => Numbers.Of(l.Value),
        Setting s => Setting(s.Name),
        _ => throw new CompileException("TTT153", "the base of a rotation, the scale and the cap of attention are settings or constants"),
    };

    /// <summary>Elements of one head's fast weights.</summary>
    public static long Weights(LinkedMemory m) => m.Model.Weights.Where(w => w.Fast).Sum(Rounded);

    public static long Rounded(Weight w) => (w.Shape.Aggregate(1L, (n, a) => n * a.Size) + 15) / 16 * 16;
}
