using TttGen.Compiler.Language;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>The code that starts a sequence: θ₀ of every head into a state of zeros.</summary>
internal static class StartState
{
    public static void Write(CodeWriter w, LinkedModel model, CarryLayout states)
    {
        w.Line("protected override void StartState(float* state)").Line("{");
        w.Indent++;
        foreach (var m in model.Memories)
        {
            var slot = states.Of(m.Carry);
            w.Line(m.Optimiser is null ? $"// θ₀ of {m.Name}: the gradient sums start at zero" : $"// θ₀ of {m.Name}, twice: the weights that the mini-batch starts from, and those that move; other parts start at zero");
            w.Open($"for (int layer = 0; layer < {Numbers.Of(slot.Layers)}; layer++)");
            w.Open($"for (int head = 0; head < {Numbers.Of(m.Heads)}; head++)");
            w.Line($"float* to = state + {(slot.Offset > 0 ? $"{Numbers.Of(slot.Offset)} + " : "")}layer * {Numbers.Of(m.Carry.Size)}L + head * {Numbers.Of(m.Carry.HeadSize)}L;");
            foreach (var (part, at) in m.Carry.Placed.Where(p => p.Part.Start is not null))
            {
                var p = m.Parameters.Single(p => p.Name == part.Start);
                var layered = p.Layers > 1 ? $" + layer * {Numbers.Of(ModelLayout.Stride(p))}L" : "";
                var headed = p.Inner > 1 ? $" + head * {Numbers.Of(p.Columns)}L" : "";
                w.Line($"new ReadOnlySpan<float>(_{Names.Lower(p.Name)}{layered}{headed}, {Numbers.Of(p.Columns)}).CopyTo(new Span<float>(to{Texts.Plus(at)}, {Numbers.Of(p.Columns)}));");
            }
            w.Close();
            w.Close();
        }
        w.Close();
    }
}
