using System.Globalization;
using Spectre.Console;
using Cell = Spectre.Console.Text;

namespace TttGen.App.Inspecting;

/// <summary>The facts for people: boxes and colours on a terminal, plain columns in a pipe.</summary>
internal static class InspectTables
{
    // Wide enough that nothing wraps where nobody's window bounds it.
    private const int PipeWidth = 4096;

    /// <summary>Writes all tables.</summary>
    public static void Write(ModelFacts facts, AppConsole console)
    {
        using var text = new StringWriter();
        Write(facts, console.OutIsTerminal, text);
        // Cells are padded to their column's width; no pipe wants the last one's.
        foreach (var line in text.ToString().TrimEnd().Split('\n'))
            console.Out.Write(line.TrimEnd() + "\n");
    }

    private static void Write(ModelFacts facts, bool terminal, TextWriter output)
    {
        var screen = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        if (!terminal)
            screen.Profile.Width = PipeWidth;

        Table Table(params string[] columns)
        {
            var table = new Table { Border = terminal ? TableBorder.Rounded : TableBorder.None };
            foreach (var column in columns)
                table.AddColumn(new TableColumn(new Cell(column)) { Alignment = column is "count" or "copies" ? Justify.Right : Justify.Left });
            return table;
        }

        screen.Write(Summary(facts, Table("model", facts.Definition.Name)));
        screen.WriteLine();
        screen.Write(Parameters(facts, Table("parameter", "shape", "copies", "count")));
        screen.WriteLine();
        screen.Write(Config(facts, Table("config.json", "value")));
        screen.WriteLine();
        screen.Write(Kernels(facts, Table("kernels")));
        if (facts.DeviceKernels.Count == 0)
            return;
        screen.WriteLine();
        screen.Write(DeviceKernels(facts, Table("kernel on the device", "threads", "registers", "local bytes", "shared bytes")));
    }

    private static Table Summary(ModelFacts facts, Table table)
    {
        var (body, head) = facts.Definition.FlopsPerToken;
        Row(table, "parameters", Number(facts.Parameters));
        Row(table, "weights", $"f32 {Megabytes(facts.WeightBytes(4))}, bf16 {Megabytes(facts.WeightBytes(2))}, int8 {Megabytes(facts.WeightBytes(1))}");
        if (facts.LoadedWeights is { } loaded) Row(table, "weights as loaded", Megabytes(loaded));
        Row(table, "state of a sequence", Megabytes(facts.Definition.StateBytes));
        if (facts.StateBytesPerToken > 0) Row(table, "state of each token", $"{Number(facts.StateBytesPerToken)} B");
        Row(table, "operations a token", string.Create(CultureInfo.InvariantCulture, $"body {body / 1e6:F3} MFLOP, head {head / 1e6:F3} MFLOP"));
        Row(table, "instruction set", InstructionSet.Describe());
        Row(table, "device", facts.Device);
        return table;
    }

    private static Table Parameters(ModelFacts facts, Table table)
    {
        foreach (var group in facts.Groups)
            Row(table, group.Key, group.ShapeText, Number(group.Copies), Number(group.Count));
        return table;
    }

    private static Table Config(ModelFacts facts, Table table)
    {
        foreach (var entry in facts.Definition.Config)
            Row(table, entry.Key, entry.Json);
        return table;
    }

    private static Table Kernels(ModelFacts facts, Table table)
    {
        foreach (var kernel in facts.Definition.Kernels)
            Row(table, kernel);
        return table;
    }

    private static Table DeviceKernels(ModelFacts facts, Table table)
    {
        foreach (var kernel in facts.DeviceKernels)
            Row(table, kernel.Name, Number(kernel.Threads), Number(kernel.Registers), Number(kernel.LocalBytes), Number(kernel.SharedBytes));
        return table;
    }

    // Text, not markup: a shape's brackets mean nothing.
    private static void Row(Table table, params string[] cells) => table.AddRow(cells.Select(static cell => new Cell(cell)));

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB");
}
