using System.Buffers.Binary;
using TttGen.Tool.Plotting;

namespace TttGen.Tool.Tests;

/// <summary><c>tttgen plot</c>: pictures come out, and bad input is told in one line.</summary>
public sealed class PlotTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("plot");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(true, 3)]
    public void A_picture_has_the_size_that_was_asked_for(bool watched, int runs)
    {
        string[] folders = [.. Enumerable.Range(1, runs).Select(k => Training($"run-{k}", watched))];
        var picture = Path.Combine(_folder.FullName, "curves.png");
        Assert.Equal(0, Plot([.. folders, "--out", picture, "--width", "640", "--height", "480"]));
        var png = File.ReadAllBytes(picture);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Assert.Equal((640, 480), (BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(16)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20))));
        Assert.False(File.Exists(picture + ".partial"));
    }

    [Fact]
    public void A_last_line_that_was_cut_off_is_left_away()
    {
        var metrics = Path.Combine(Training("killed"), "metrics.jsonl");
        File.AppendAllText(metrics, """{"step": 21, "tok""");
        Assert.Equal(20, Curves.Read(metrics).Steps.Count);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var error = Assert.Throws<TttException>(() => Plot(Path.Combine(_folder.FullName, "absent")));
        Assert.Equal($"{_folder.FullName}/absent: expected the metrics of a training, found no such file; give the folder of train --out", error.Message);
    }

    [Fact]
    public void A_training_without_steps_has_no_curves()
    {
        var error = Assert.Throws<TttException>(() => Plot(Metrics("empty", "")));
        Assert.EndsWith("empty/metrics.jsonl: expected at least one step, found none", error.Message);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[1, 2]")]
    [InlineData("""{"step": "one"}""")]
    [InlineData("""{"step": 1, "loss": 2.5}""")]
    public void A_damaged_line_is_named_with_its_number(string line)
    {
        var error = Assert.Throws<TttException>(() => Plot(Metrics("damaged", Step(1) + "\n" + line + "\n")));
        Assert.EndsWith($"damaged/metrics.jsonl, line 2: expected a JSON object of train, found '{line}'", error.Message);
    }

    [Fact]
    public void A_picture_that_can_not_be_written_is_said_to_be()
    {
        var error = Assert.Throws<TttException>(() => Plot(Training("run"), "--out", Path.Combine(_folder.FullName, "absent", "curves.png")));
        Assert.Contains("the picture can't be written", error.Message);
    }

    [Fact]
    public void A_size_out_of_range_is_refused()
    {
        var error = Assert.Throws<TttException>(() => Plot(Training("run"), "--width", "20"));
        Assert.Equal("--width and --height: expected 200 to 20000 pixels, found 20 × 1000", error.Message);
    }

    private static int Plot(params string[] arguments) => PlotCommand.Create().Parse(arguments).Invoke(new() { EnableDefaultExceptionHandler = false, Output = TextWriter.Null });

    private string Training(string name, bool watched = false) => Metrics(name, string.Concat(Enumerable.Range(1, 20).Select(step => Step(step) + "\n" + (!watched ? "" : $$"""
        {"step": {{step}}, "held_out": {"text": 2.25} }
        {"step": {{step}}, "inner": [{"layer": 0, "memory": "LinearMemory", "initial": 3.5, "before": 2.5, "after": 1.5}]}

        """))));

    private static string Step(int step) => $$"""{"step": {{step}}, "tokens": {{512 * step}}, "loss": 2.5, "grad_norm": 1.25, "learning_rate": 0.001}""";

    private string Metrics(string name, string text)
    {
        var folder = _folder.CreateSubdirectory(name).FullName;
        File.WriteAllText(Path.Combine(folder, "metrics.jsonl"), text);
        return folder;
    }
}
