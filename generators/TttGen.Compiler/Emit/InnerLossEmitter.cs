using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit;

/// <summary>What the inner loop of one memory does, to be looked at: its losses at θ₀, and before and after each mini-batch.</summary>
internal static class InnerLossEmitter
{
    public static string Emit(LinkedMemory memory, ScanEmitter.Scan scan, int indent)
    {
        var model = memory.Model;
        Weight[] fast = [.. model.Weights.Where(w => w.Fast)], slow = [.. model.Weights.Where(w => !w.Fast)];
        var kernel = TileScheduler.Schedule(InnerLoss.Of(model), new Dictionary<string, string>(), ["key", "value"]);
        var text = new CodeWriter { Indent = indent + 1 };
        var own = TileKernelEmitter.Emit(kernel, memory.MiniBatch, text);
        var (rows, size) = ((memory.MiniBatch + 15) / 16 * 16, ModelLayout.HeadState(memory) / 2);
        var output = (long)memory.MiniBatch * model.Width.Size;

        var w = new CodeWriter { Indent = indent };
        w.Line($"/// <summary>{memory.Name}: what its inner loop does.</summary>");
        w.Line(GeneratedCode.Attribute);
        w.Open($"internal static unsafe class {memory.Name}Losses");
        w.Line("/// <summary>Elements of working memory.</summary>");
        w.Line($"public const int ScratchSize = {Numbers.Of(rows + size + output + Math.Max(own, scan.Scratch))};").Line();
        w.Lines("""
            /// <summary>Σ ℓ over tokens, from any place in a mini-batch: at θ₀, at the weights that each mini-batch starts from, and at those it ends with.</summary>
            /// <param name="initial">θ₀.</param>
            /// <param name="state">The state before the first token; moves on.</param>
            /// <param name="sums">[3], added to.</param>
            """);
        w.Line("public static void Run<T, V>(int tokens, int place, T* key, nint keyRow, T* value, nint valueRow, T* rate, nint rateRow, T* tok,");
        w.Line($"    T* initial, T* state{string.Concat(slow.Select(s => $", T* {s.Name}"))}, double* sums, T* scratch)");
        w.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>");
        w.Open("");
        w.Line("T* loss = scratch;");
        w.Line($"T* after = loss + {Numbers.Of(rows)}; // [{Numbers.Of(size)}]");
        w.Line($"T* output = after + {Numbers.Of(size)}; // [{Numbers.Of(memory.MiniBatch)}, {Numbers.Of(model.Width.Size)}], for nobody");
        w.Line($"scratch = output + {Numbers.Of(output)};");
        w.Open("for (int t = 0, n; t < tokens; t += n)");
        w.Line($"n = Math.Min({Numbers.Of(memory.MiniBatch)} - place, tokens - t);");
        w.Line("Add(initial, t, n, 0);");
        w.Line("Add(state, t, n, 1);");
        w.Line($"{memory.Name}Scan.Run<T, V>(n, place, key + t * keyRow, keyRow, value + t * valueRow, valueRow, key + t * keyRow, keyRow,");
        w.Line($"    rate + t * rateRow, rateRow, tok, state{string.Concat(slow.Select(s => $", {s.Name}"))}, output, {Numbers.Of(model.Width.Size)}, scratch);");
        w.Line($"place = (place + n) % {Numbers.Of(memory.MiniBatch)};");
        w.Line("// inside a mini-batch the step taken so far is still apart");
        w.Line("T taken = place == 0 ? T.Zero : tok[place - 1];");
        w.Line($"for (int e = 0; e < {Numbers.Of(size)}; e++) after[e] = state[e] - taken * state[{Numbers.Of(size)} + e];");
        w.Line("Add(after, t, n, 2);");
        w.Close();
        w.Line();
        w.Open("void Add(T* from, int t, int n, int which)");
        long at = 0;
        foreach (var f in fast)
        {
            w.Line($"T* {f.Name} = from{TileKernelEmitter.Plus(at)}; // [{string.Join(", ", f.Shape)}]");
            at += ModelLayout.Rounded(f);
        }
        var arguments = kernel.Parameters.Select(p => p.Name is "key" or "value" ? $"{p.Name} + t * {p.Name}Row, {p.Name}Row" : p.Name);
        w.Line($"Losses<T, V>(n, {string.Join(", ", arguments)}, scratch);");
        w.Line("for (int i = 0; i < n; i++) sums[which] += double.CreateChecked(loss[i]);");
        w.Close();
        w.Close();
        w.Line();
        foreach (var line in text.ToString().TrimEnd('\n').Split('\n')) w.Line(line.Length == 0 ? "" : line.Substring(4 * w.Indent));
        w.Close();
        return w.ToString();
    }
}
