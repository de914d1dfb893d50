using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>
/// A whole mini-batch's outer gradient, parted where a scan that walks forward for its states and back for their gradients would compute a thing twice:
/// the inner gradient, which keys, values and rates alone decide, is made once, and what of it has to lie in memory anyway is kept for both walks.
/// </summary>
/// <param name="Inner">The inner gradient: makes what is kept.</param>
/// <param name="Advance">The state after the mini-batch, from what is kept.</param>
/// <param name="Backward">The outer gradient, from what is kept.</param>
/// <param name="Kept">What is kept, as the two that read it call it.</param>
public sealed record SharedGradient(TensorProgram Inner, InPlaceProgram Advance, InPlaceProgram Backward, IReadOnlyList<Input> Kept)
{
    /// <summary>tok(K − 1), one number, as <see cref="Advance"/> calls it.</summary>
    public const string Last = "last";

    /// <summary>Parts the gradient.</summary>
    /// <param name="model">The inner model; the dual form covers it.</param>
    /// <param name="whole">Its gradient of a whole mini-batch.</param>
    /// <param name="strided">Tensors whose rows lie apart by a stride given at run time.</param>
    public static SharedGradient Of(InnerModel model, InPlaceProgram whole, IReadOnlyCollection<string> strided)
    {
        var g = whole.Program.Graph;
        var next = new DualForm(model).Next(g, Last);
        var kept = new Cut(model, TileScheduler.Schedule(whole.Program, whole.InPlace, strided)).Of([.. whole.Program.Outputs.Concat(next).Select(o => o.Value)]);

        var given = new Substitution(g);
        foreach (var (name, value) in kept) given.Replace(value, g.Input(name, value.Shape));
        (string, Node)[] From(IEnumerable<(string Name, Node Value)> outputs) => [.. outputs.Select(o => (o.Name, given.Of(o.Value)))];
        return new(
            TensorProgram.Of("InnerGradient", "Rows of one mini-batch from its start: what the inner gradient is made of.", g, kept),
            new(TensorProgram.Of("Advance", "The weights that the next mini-batch starts from.", g, From(next)),
                model.Weights.Where(w => w.Fast).ToDictionary(w => w.Name + "Next", w => w.Name)),
            whole with { Program = TensorProgram.Of(whole.Program.Name, "Gradients of a whole mini-batch by all that goes into it, from its inner gradient; other forward values are computed again here.", g, From(whole.Program.Outputs)) },
            [.. kept.Select(k => (Input)g.Input(k.Name, k.Value.Shape))]);
    }

    /// <summary>Finds what is kept: of all that depends on no query and on no outer gradient, what the schedule stores and others read.</summary>
    private sealed class Cut(InnerModel model, TileKernel kernel)
    {
        private readonly HashSet<string> _sources = [.. model.Weights.Select(w => w.Name), "key", "value", "lr"];
        private readonly Dictionary<Node, bool> _isInner = [];
        private readonly HashSet<Node> _seen = [];
        private readonly List<(string Name, Node Value)> _kept = [];

        public IReadOnlyList<(string Name, Node Value)> Of(IEnumerable<Node> results)
        {
            foreach (var result in results) Visit(result);
            return [.. _kept.OrderBy(k => k.Value.Id)];
        }

        private void Visit(Node n)
        {
            if (!_seen.Add(n)) return;
            if (n.Rank > 0 && n is not Input && IsInner(n) && Buffer(n) is { } buffer) _kept.Add((buffer, n));
            else
                foreach (var o in n.Operands) Visit(o);
        }

        private string? Buffer(Node n) => kernel.Buffers.TryGetValue(n, out var b) ? b.Name : kernel.Accumulations.TryGetValue(n, out var sum) ? sum.Buffer.Name : null;

        private bool IsInner(Node n)
        {
            if (_isInner.TryGetValue(n, out var known)) return known;
            return _isInner[n] = n is Input input ? _sources.Contains(input.Name) : n.Operands.All(IsInner);
        }
    }
}
