using System.Text.RegularExpressions;
using TttGen.Compiler.Derivation;
using TttGen.Compiler.Emit;
using TttGen.Compiler.Emit.Cpu;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Tests.Scheduling;

/// <summary>Tensors of a kernel share memory where one is done with before the other begins.</summary>
public class ScratchLayoutTests
{
    [Fact]
    public void What_is_done_with_makes_room()
    {
        var memory = new ScratchLayout();
        memory.Add("a", 32, "[2, 16]");
        memory.Add("b", 17, "[17]");
        memory.Add("c", 16, "[16]");
        Touch(memory, 0, "a");
        Touch(memory, 1, "a", "b");
        Touch(memory, 2, "b", "c");
        Assert.Equal(["T* a = scratch; // [2, 16]", "T* b = scratch + 32; // [17]", "T* c = scratch; // [16]"], Placed(memory, out var size));
        Assert.Equal(64, size);
    }

    [Fact]
    public void What_no_stage_touches_takes_no_memory()
    {
        var memory = new ScratchLayout();
        memory.Add("a", 32, "[32]");
        Touch(memory, 0, "someone else's");
        Assert.Empty(Placed(memory, out var size));
        Assert.Equal(0, size);
    }

    [Theory, MemberData(nameof(InnerModels.Dual), MemberType = typeof(InnerModels))]
    public void No_two_tensors_of_a_kernel_that_are_needed_at_once_overlap(string name)
    {
        var model = InnerModels.Named(name);
        var gradient = new ScanGradient(model).MiniBatch();
        var writer = new CodeWriter();
        var elements = TileKernelEmitter.Emit(TileScheduler.Schedule(gradient), 16, writer);
        var body = writer.ToString().Split("\n{\n")[1].Split("\n}\n")[0];
        var declarations = Regex.Matches(body, @"T\* (\w+) = scratch(?: \+ (\d+))?; // \[(.*)\]");
        var lines = body.Split('\n').Where(l => !l.Contains("= scratch", StringComparison.Ordinal) && !l.TrimStart().StartsWith("//", StringComparison.Ordinal)).ToArray();
        var tensors = declarations.Select(d => (
            Name: d.Groups[1].Value,
            From: d.Groups[2].Success ? long.Parse(d.Groups[2].Value) : 0,
            Size: d.Groups[3].Value.Split(", ").Aggregate(1L, (size, axis) => size * Size(axis)),
            Lines: Enumerable.Range(0, lines.Length).Where(l => Regex.IsMatch(lines[l], $@"\b{d.Groups[1].Value}\b")).ToArray())).ToArray();

        Assert.NotEmpty(tensors);
        Assert.True(tensors.Sum(t => t.Size) > elements, "nothing shares memory");
        foreach (var a in tensors)
        {
            Assert.InRange(a.From + a.Size, 1, elements);
            foreach (var b in tensors.Where(b => b.Name != a.Name && b.From < a.From + a.Size && a.From < b.From + b.Size))
                Assert.True(a.Lines[^1] < b.Lines[0] || b.Lines[^1] < a.Lines[0], $"{a.Name} and {b.Name} share memory, and line {lines[b.Lines[0]].Trim()} needs both");
        }

        long Size(string axis) => axis == "n" ? 16 : long.TryParse(axis, out var number) ? number : model.Weights.SelectMany(w => w.Shape).Append(model.Width).First(a => a.ToString() == axis).Size;
    }

    private static void Touch(ScratchLayout memory, int stage, params string[] names)
    {
        memory.Stage = stage;
        foreach (var name in names) memory.Touch(name);
    }

    private static List<string> Placed(ScratchLayout memory, out long size)
    {
        var lines = new List<string>();
        size = memory.Place("scratch", lines);
        return lines;
    }
}
