using TttGen.Gpu.Reporting;
using TttGen.Gpu.Results;
using TttGen.Gpu.Timing;

namespace TttGen.Gpu.Tests;

public sealed class ReportTests
{
    private static readonly TestedGpu Somewhere = new("NVIDIA X (cuda:0)", "driver 1.2", "2030-01-02", "abc1234");

    [Fact]
    public void What_was_not_measured_says_so_in_every_cell()
    {
        var rows = Rows(new Report([]).Page());

        Assert.Equal(["not measured", "not measured", "not measured"], rows[0]);
        Assert.Equal(["not measured", "not measured", "not measured"], rows[1]);
        Assert.Equal(6, rows.Count(row => row.Length == 5 && row[1..].All(cell => cell == "not measured")));
        Assert.Equal(40, rows.Count(row => row.Length == 9 && row[3..].All(cell => cell == "not measured")));
        Assert.Equal(2 + 6 + 40, rows.Count);
    }

    [Fact]
    public void Times_stand_beside_the_part_of_the_limit_and_PyTorch_s()
    {
        Result[] results =
        [
            Somewhere, new Ceiling("TttGen", "copy", 90e9), new Ceiling("PyTorch", "copy", 100e9), new Ceiling("TttGen", "product_f32", 1e12),
            new Timed("TttGen", "linear-125m", "f32", "decode", 1, 128, 9, Flops: 1, Bytes: 1),
            new Timed("TttGen", "linear-125m", "f32", "decode", 1, 128, 0.010, 0.009, 0.011, 5, 5e9, 4e8),
            new Timed("TttGen", "linear-125m", "f32", "prefill", 2048, 1, 0.25, 0.2, 0.3, 5, 50e9, 4e9),
            new Timed("TttGen", "linear-125m", "bf16", "decode", 1, 128, 0.020, 0.009, 0.011, 5, 5e9, 4e8),
            new Timed("PyTorch", "linear-125m", "f32", "decode", 1, 128, 0.12345, 0.1, 0.2, 5),
            new Timed("PyTorch", "linear-125m", "bf16", "decode", 1, 128, Why: "out of memory"),
        ];
        var rows = Rows(new Report(results).Page());

        Assert.Equal(["NVIDIA X (cuda:0), driver 1.2", "2030-01-02", "abc1234"], rows[0]);
        Assert.Equal(["100 GB/s", "1.0 TFLOP/s", "not measured"], rows[1]);
        // 5e9 operations at 1e12 a second, 4e8 bytes at 1e11
        Assert.Equal(["linear-125m", "decode", "128", "10.00", "50 %", "123", "20.00", "not measured", "not measured: out of memory"], Row(rows, "decode", "128"));
        Assert.Equal(["linear-125m", "prefill 2048", "1", "250", "20 %", "not measured", "not measured", "not measured", "not measured"], Row(rows, "prefill 2048", "1"));
    }

    [Fact]
    public void Failed_comparisons_are_named()
    {
        var page = new Report([Somewhere, new Check("mlp-1b", "17 tokens", 2e-6, 5e-5), new Check("mlp-1b", "50 tokens", 0.25, 5e-5), new Check("mlp-1b", "token by token", 0.1, 5e-5), new Check("untied", "running", null, 5e-5, "it broke")]).Page();

        Assert.Contains("| the paper's sizes, against the CPU | 3 | 1 | 2.5e-1 | 5.0e-5 |\n", page, StringComparison.Ordinal);
        Assert.Contains("- **failed**: mlp-1b, 50 tokens: relative error 2.5e-1, expected at most 5.0e-5; and 1 more\n- **failed**: untied, running: it broke\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_on_the_CPU_is_no_card_s() =>
        Assert.Contains("no figure here is a GPU's", new Report([Somewhere with { Device = "CPU" }]).Page(), StringComparison.Ordinal);

    [Fact]
    public void Results_are_read_as_they_are_written()
    {
        Result[] results =
        [
            Somewhere, new Ceiling("TttGen", "copy", 1.5e9), new Check("a", "b", 1e-7, 5e-5), new Check("a", "c", null, 5e-5, "why"),
            new Timed("TttGen", "m", "f32", "decode", 1, 2, 0.5, 0.4, 0.6, 3, 1e9, 2e9), new Timed("TttGen", "m", "f32", "decode", 1, 2, Why: "out of memory"),
        ];

        Assert.Equal(results, Result.Read(results.Select(result => result.ToJson()).Append("")));
    }

    [Fact]
    public void The_lines_of_peer_py_are_read() => Assert.Equal(
        [new Ceiling("PyTorch", "copy", 3e12), new Timed("PyTorch", "linear-1b", "bf16", "prefill", 2048, 16, 0.5, 0.4, 0.6, 3), new Timed("PyTorch", "linear-1b", "f32", "decode", 1, 512, Why: "out of memory")],
        Result.Read([
            """{"kind": "ceiling", "who": "PyTorch", "what": "copy", "value": 3000000000000.0}""",
            """{"kind": "time", "who": "PyTorch", "model": "linear-1b", "weights": "bf16", "work": "prefill", "tokens": 2048, "batch": 16, "seconds": 0.5, "least": 0.4, "most": 0.6, "repeats": 3}""",
            """{"kind": "time", "who": "PyTorch", "model": "linear-1b", "weights": "f32", "work": "decode", "tokens": 1, "batch": 512, "repeats": 0, "why": "out of memory"}""",
        ]));

    [Theory]
    [InlineData("nothing")]
    [InlineData("{}")]
    [InlineData("""{"kind": "other"}""")]
    public void What_is_no_line_of_results_is_told(string line) => Assert.Contains(line, Assert.Throws<TttException>(() => Result.Read([line])).Message, StringComparison.Ordinal);

    private static string[] Row(IEnumerable<string[]> rows, string work, string batch) => rows.First(row => row.Length == 9 && (row[0], row[1], row[2]) == ("linear-125m", work, batch));

    // Cells of all tables, without their headers.
    private static List<string[]> Rows(string page)
    {
        var lines = page.Split('\n');
        return [.. lines.Where((line, i) => line.StartsWith('|') && !line.StartsWith("|-", StringComparison.Ordinal) && !lines[i + 1].StartsWith("|-", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())];
    }
}
