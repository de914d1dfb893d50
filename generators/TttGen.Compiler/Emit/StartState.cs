using TttGen.Compiler.Language;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>The code that starts a sequence: θ₀ of every head into a state of zeros.</summary>
internal static class StartState
{
    public static void Write(CodeWriter w, LinkedModel model, StateLayout states)
    {
        w.Line("protected override void StartState(float* state)").Line("{");
        w.Indent++;
        foreach (var m in model.Memories)
        {
            var (offset, stride, layers) = states.Memory(m.Name);
            w.Line(m.Optimiser is null ? $"// θ₀ of {m.Name}: the gradient sums start at zero" : $"// θ₀ of {m.Name}, twice: the weights that the mini-batch starts from, and those that move; other parts start at zero");
            w.Open($"for (int layer = 0; layer < {Numbers.Of(layers)}; layer++)");
            w.Open($"for (int head = 0; head < {Numbers.Of(m.Heads)}; head++)");
            w.Line($"float* to = state + {(offset > 0 ? $"{Numbers.Of(offset)} + " : "")}layer * {Numbers.Of(stride)}L + head * {Numbers.Of(ModelLayout.HeadState(m))}L;");
            long at = 0;
            for (var k = 0; k < m.Model.Weights.Count; k++)
            {
                var weight = m.Model.Weights[k];
                if (!weight.Fast) continue;
                var p = m.Parameters[k];
                var layered = p.Layers > 1 ? $" + layer * {Numbers.Of(ModelLayout.Stride(p))}L" : "";
                var headed = p.Inner > 1 ? $" + head * {Numbers.Of(p.Columns)}L" : "";
                w.Line($"new ReadOnlySpan<float>(_{Names.Lower(p.Name)}{layered}{headed}, {Numbers.Of(p.Columns)}).CopyTo(new Span<float>(to{TileKernelEmitter.Plus(at)}, {Numbers.Of(p.Columns)}));");
                if (m.Optimiser is not null) w.Line($"new ReadOnlySpan<float>(to{TileKernelEmitter.Plus(at)}, {Numbers.Of(p.Columns)}).CopyTo(new Span<float>(to{TileKernelEmitter.Plus(ModelLayout.Weights(m) + at)}, {Numbers.Of(p.Columns)}));");
                at += ModelLayout.Rounded(weight);
            }
            w.Close();
            w.Close();
        }
        w.Close();
    }
}
