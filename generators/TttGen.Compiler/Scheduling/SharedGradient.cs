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
public sealed record SharedGradient(TensorProgram Inner, TensorProgram Advance, TensorProgram Backward, IReadOnlyList<Input> Kept)
{
    /// <summary>Parts the gradient.</summary>
    /// <param name="model">The inner model; the dual form covers it.</param>
    /// <param name="whole">Its gradient of a whole mini-batch.</param>
    public static SharedGradient Of(InnerModel model, TensorProgram whole)
    {
        var g = whole.Graph;
        var next = new DualForm(model).Next(g);
        var kept = new Cut(TileScheduler.Schedule(whole)).Of([.. whole.Outputs.Concat(next).Select(o => o.Value)]);

        var given = new Substitution(g);
        foreach (var k in kept) given.Replace(k.Value, g.Input(k.Argument, k.Value.Shape));
        ProgramOutput[] From(IEnumerable<ProgramOutput> outputs) => [.. outputs.Select(o => o with { Value = given.Of(o.Value) })];
        return new(
            TensorProgram.Of(ProgramKind.InnerGradient, "Rows of one mini-batch from its start: what the inner gradient is made of.", g, kept),
            TensorProgram.Of(ProgramKind.Advance, "The weights that the next mini-batch starts from.", g, From(next)),
            TensorProgram.Of(whole.Kind, "Gradients of a whole mini-batch by all that goes into it, from its inner gradient; other forward values are recomputed here.", g, From(whole.Outputs)),
            [.. kept.Select(k => (Input)g.Input(k.Argument, k.Value.Shape))]);
    }

    /// <summary>Finds what is kept: of all that depends on no query and on no outer gradient, what the schedule stores and others read.</summary>
    private sealed class Cut(TileKernel kernel)
    {
        private readonly Dictionary<Node, bool> _isInner = [];
        private readonly HashSet<Node> _seen = [];
        private readonly List<ProgramOutput> _kept = [];

        public IReadOnlyList<ProgramOutput> Of(IEnumerable<Node> results)
        {
            foreach (var result in results) Visit(result);
            return [.. _kept.OrderBy(k => k.Value.Id)];
        }

        private void Visit(Node n)
        {
            if (!_seen.Add(n)) return;
            if (n.Rank > 0 && n is not Input && IsInner(n) && Buffer(n) is { } buffer) _kept.Add(new(Argument.Inner(buffer), n));
            else
                foreach (var o in n.Operands) Visit(o);
        }

        private string? Buffer(Node n) => kernel.Buffers.TryGetValue(n, out var b) ? b.Name : kernel.Accumulations.TryGetValue(n, out var sum) ? sum.Buffer.Name : null;

        private bool IsInner(Node n)
        {
            if (_isInner.TryGetValue(n, out var known)) return known;
            return _isInner[n] = n is Input input ? input.Argument is { IsGradient: false, Kind: ArgumentKind.Weight or ArgumentKind.Key or ArgumentKind.Value or ArgumentKind.Rate } : n.Operands.All(IsInner);
        }
    }
}
