using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>What the inner loop of one memory does, to be looked at: its losses at θ₀, and before and after each mini-batch.</summary>
internal static class InnerLossEmitter
{
    public static string Emit(LinkedMemory memory, TileKernel kernel, ScanEmitter.Scan scan, int indent)
    {
        var model = memory.Model;
        var columns = new TokenColumns(memory);
        var text = new CodeWriter { Indent = indent + 1 };
        var own = TileKernelEmitter.Emit(kernel, memory.MiniBatch, text);
        var (rows, size) = (StepTableLayout.Row(memory.MiniBatch), ModelLayout.Weights(memory));
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
        w.Line($"public static void Run<T, V>(int tokens, int place, T* key, nint keyRow, T* value, nint valueRow, {columns.Parameters.TrimEnd()}");
        w.Line($"    T* initial, T* state{string.Concat(model.Slow.Select(s => $", T* {s.Name}"))}, double* sums, T* scratch)");
        w.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>");
        w.Line($"    global::TttGen.Scans.InnerLossProbe.Run<Kernels<T, V>, T>({ScanKernels.Construct(model.Slow.Select(s => (s.Name, s.Name)))}, new()");
        w.Line("    {");
        w.Line($"        Tokens = tokens, Place = place, {columns.TokenRate}State = state, Scratch = scratch, Key = new(key, keyRow), Value = new(value, valueRow), {columns.Views},");
        w.Line("    }, initial, sums);").Line();
        w.Line("/// <summary>What <see cref=\"global::TttGen.Scans.InnerLossProbe\"/> drives.</summary>");
        var kernels = new ScanKernels($"{memory.Name}Losses", memory, memory.MiniBatch, new(memory, memory.MiniBatch, []));
        kernels.Open(w, "IInnerLossKernels");
        w.Line($"public static int Width => {Numbers.Of(model.Width.Size)};");
        if (memory.Optimiser is not null) w.Line("public static bool KeepsWeights => true;");
        kernels.Method(w, kernel);
        w.Line().Line("public void Scan(in global::TttGen.Scans.ScanCall<T> call) =>");
        w.Line($"    global::TttGen.Scans.TttScan.{scan.Driver}<{memory.Name}Scan.Kernels<T, V>, T>({ScanKernels.Construct(model.Slow.Select(s => (s.Name, ScanKernels.Field(s.Name))))}, call);");
        w.Close();
        w.Line().Written(text.ToString());
        w.Close();
        return w.ToString();
    }
}
