using System.Globalization;
using System.Text;
using TttGen.Gpu.Checking;
using TttGen.Gpu.Models;
using TttGen.Gpu.Results;
using TttGen.Gpu.Timing;

namespace TttGen.Gpu.Reporting;

/// <summary>Results as a page of tables. What has not been measured says so.</summary>
/// <param name="results">Of all parts of a run; of two alike the later one counts.</param>
internal sealed class Report(IReadOnlyList<Result> results)
{
    private const string Absent = "not measured";
    private const string Peer = "PyTorch";

    /// <summary>The whole page, in Markdown.</summary>
    public string Page()
    {
        var page = new StringBuilder();
        var gpu = results.OfType<TestedGpu>().LastOrDefault();
        page.Append("# On an NVIDIA GPU\n\n")
            .Append("Written by `tests/gpu/run.sh`; a figure stands here only where it was measured. On a machine with a GPU, `tests/gpu/run.sh` checks, times and writes this page. Where the GPU's\n")
            .Append("machine has no .NET, `tests/gpu/run.sh --bundle` makes `artifacts/gpu/bundle.tar.gz` elsewhere; unpacked there, its `run-on-gpu.sh` does the same, in parts if need be (`--help`).\n\n");
        if (gpu is { Device: "CPU" })
            page.Append("**This is a run on the CPU, to prove the way: no figure here is a GPU's.**\n\n");
        page.Append("| GPU | date | commit |\n|---|---|---|\n")
            .Append(CultureInfo.InvariantCulture, $"| {(gpu is null ? Absent : string.Join(", ", ((string?[])[gpu.Device, gpu.Details]).Where(text => !string.IsNullOrEmpty(text))))} | {gpu?.Date ?? Absent} | {gpu?.Commit ?? Absent} |\n\n");
        Ceilings(page);
        Checks(page);
        Times(page);
        return page.ToString();
    }

    /// <summary>The comparisons of a run, a line a model; for people.</summary>
    public static string Summary(IEnumerable<Check> checks)
    {
        var text = new StringBuilder();
        foreach (var model in checks.GroupBy(check => check.Model))
        {
            text.Append(CultureInfo.InvariantCulture, $"{model.Key,-24} {model.Count(check => check.Passed),3} of {model.Count(),3} passed, worst error {Worst(model)}\n");
            foreach (var check in model.Where(check => !check.Passed))
                text.Append(CultureInfo.InvariantCulture, $"    FAILED: {check.What}: {Failure(check)}\n");
        }
        return text.ToString();
    }

    /// <summary>A case's line, for people.</summary>
    public static string Line(Timed timed) => timed is { Seconds: { } seconds, Least: { } least, Most: { } most }
        ? string.Create(CultureInfo.InvariantCulture, $"{timed.Case,-36} {1e3 * seconds,10:F3} ms ({1e3 * least:F3} to {1e3 * most:F3}, {timed.Repeats} times), {timed.Tokens * (double)timed.Batch / seconds:F0} tokens/s")
        : $"{timed.Case,-36} {timed.Why ?? Absent}";

    /// <summary>The best that was measured of a ceiling.</summary>
    public double? Ceiling(string what) => results.OfType<Ceiling>().Where(ceiling => ceiling.What == what).Select(ceiling => (double?)ceiling.Value).Max();

    /// <summary>The part of the limit that a case's own time reaches; null where one of the two is not known.</summary>
    public double? OfLimit(Timed timed) =>
        timed is { Seconds: { } seconds, Flops: { } flops, Bytes: { } bytes } && new Cost(flops, bytes).Limit(Ceiling(Results.Ceiling.Product(timed.Weights)), Ceiling(Results.Ceiling.Copy)) is { } limit
            ? limit / seconds
            : null;

    private static string Worst(IEnumerable<Check> checks) =>
        checks.Max(check => check.Error) is { } worst ? worst.ToString("0.0e-0", CultureInfo.InvariantCulture) : "unknown";

    private static string Failure(Check check) => check.Why ?? string.Create(CultureInfo.InvariantCulture, $"relative error {check.Error:0.0e-0}, expected at most {check.Bar:0.0e-0}");

    private void Ceilings(StringBuilder page) => page
        .Append("## What the GPU can do\n\n| copy, read and written | f32 product | bf16 product |\n|---|---|---|\n")
        .Append(CultureInfo.InvariantCulture, $"| {Scaled(Ceiling(Results.Ceiling.Copy), 1e9, "GB/s")} | {Scaled(Ceiling(Results.Ceiling.Product("f32")), 1e12, "TFLOP/s")} | {Scaled(Ceiling(Results.Ceiling.Product("bf16")), 1e12, "TFLOP/s")} |\n\n");

    private void Checks(StringBuilder page)
    {
        var checks = results.OfType<Check>().GroupBy(check => (check.Model, check.What)).Select(alike => alike.Last()).ToList();
        page.Append("## Checked\n\n| | comparisons | passed | worst relative error | expected at most |\n|---|---|---|---|---|\n");
        Row("the reference's tensors", checks.Where(IsGolden));
        Row("the paper's sizes, against the CPU", checks.Where(check => !IsBFloat16(check) && IsPreset(check)));
        Row("odd shapes, against the CPU", checks.Where(check => !IsBFloat16(check) && !IsGolden(check) && !IsPreset(check) && !IsText(check)));
        Row("with bf16 matrices, against the CPU's f32", checks.Where(check => IsBFloat16(check) && !IsText(check)));
        Row($"bf16: {TextChecker.Nats}", checks.Where(check => IsBFloat16(check) && check.What.EndsWith(TextChecker.Nats, StringComparison.Ordinal)));
        Row($"bf16: {TextChecker.Likeliest}", checks.Where(check => IsBFloat16(check) && check.What.EndsWith(TextChecker.Likeliest, StringComparison.Ordinal)));
        page.Append('\n');
        foreach (var failed in checks.Where(check => !check.Passed).GroupBy(check => check.Model))
            page.Append(CultureInfo.InvariantCulture, $"- **failed**: {failed.Key}, {failed.First().What}: {Failure(failed.First())}{(failed.Count() > 1 ? $"; and {failed.Count() - 1} more" : "")}\n");
        if (checks.Any(check => !check.Passed))
            page.Append('\n');

        static bool IsGolden(Check check) => check.What.Contains(": ", StringComparison.Ordinal);

        static bool IsBFloat16(Check check) => check.What.StartsWith(Check.BFloat16, StringComparison.Ordinal);

        static bool IsText(Check check) => check.What.EndsWith(TextChecker.Nats, StringComparison.Ordinal) || check.What.EndsWith(TextChecker.Likeliest, StringComparison.Ordinal);

        static bool IsPreset(Check check) => Case.All.Any(work => work.Model == check.Model);

        void Row(string name, IEnumerable<Check> some)
        {
            var found = some.ToList();
            page.Append(CultureInfo.InvariantCulture, $"| {name} | ")
                .Append(found.Count > 0
                    ? string.Create(CultureInfo.InvariantCulture, $"{found.Count} | {found.Count(check => check.Passed)} | {Worst(found)} | {found[0].Bar:0.0e-0}")
                    : $"{Absent} | {Absent} | {Absent} | {Absent}")
                .Append(" |\n");
        }
    }

    private void Times(StringBuilder page)
    {
        page.Append("## Times\n\nMilliseconds of a call, medians: of whole sequences (`prefill`), or of a token of each sequence (`decode`); the logits of each sequence's last token end in the host's memory.\n")
            .Append("`of limit`: the least time that the operations or the bytes of the work take at the rates above, by the time it took. Operations are those of the schedule; bytes are weights once, states as\n")
            .Append("they must be read and written, and logits. `PyTorch`: `tests/gpu/peer.py`, eager, on the same GPU.\n\n")
            .Append("| model | work | batch | f32 | of limit | PyTorch f32 | bf16 | of limit | PyTorch bf16 |\n|---|---|---|---|---|---|---|---|---|\n");
        foreach (var work in Works())
        {
            page.Append(CultureInfo.InvariantCulture, $"| {work.Model} | {(work.Work == Case.Prefill ? string.Create(CultureInfo.InvariantCulture, $"prefill {work.Tokens}") : work.Work)} | {work.Batch} |");
            foreach (var weights in (string[])["f32", "bf16"])
            {
                var (own, peer) = (Find(CaseTimer.Who, work with { Weights = weights }), Find(Peer, work with { Weights = weights }));
                page.Append(CultureInfo.InvariantCulture, $" {Milliseconds(own)} | {(own is not null && OfLimit(own) is { } part ? part.ToString("P0", CultureInfo.InvariantCulture) : Absent)} | {Milliseconds(peer)} |");
            }
            page.Append('\n');
        }
    }

    // The table's own cases, and others that were timed.
    private IEnumerable<Case> Works()
    {
        var models = Case.All.Select(work => work.Model).Distinct().ToList();
        return Case.All.Concat(results.OfType<Timed>().Select(timed => timed.Case))
            .Select(work => work with { Weights = "" })
            .Distinct()
            .OrderBy(work => models.IndexOf(work.Model) is var place && place < 0 ? int.MaxValue : place)
            .ThenBy(work => work.Model, StringComparer.Ordinal)
            .ThenBy(work => work.Work == Case.Decode)
            .ThenBy(work => work.Tokens)
            .ThenBy(work => work.Batch);
    }

    private Timed? Find(string who, Case work) => results.OfType<Timed>().LastOrDefault(timed => timed.Who == who && timed.Case == work);

    private static string Milliseconds(Timed? timed) => timed switch
    {
        { Seconds: { } seconds } => (1e3 * seconds).ToString(seconds < 0.1 ? "F2" : "F0", CultureInfo.InvariantCulture),
        { Why: { } why } => $"{Absent}: {why.Replace('|', '/')}",
        _ => Absent,
    };

    private static string Scaled(double? value, double unit, string name) => value is { } number ? string.Create(CultureInfo.InvariantCulture, $"{(number / unit).ToString(number < 100 * unit ? "F1" : "F0", CultureInfo.InvariantCulture)} {name}") : Absent;
}
