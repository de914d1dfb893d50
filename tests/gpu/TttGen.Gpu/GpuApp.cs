using System.CommandLine;
using TttGen.Cpu;
using TttGen.Cuda;
using TttGen.Gpu.Checking;
using TttGen.Gpu.Models;
using TttGen.Gpu.Profiling;
using TttGen.Gpu.Reporting;
using TttGen.Gpu.Results;
using TttGen.Gpu.Timing;

namespace TttGen.Gpu;

/// <summary>The command line: models are checked and timed on a GPU, or, to try the way, on the CPU.</summary>
internal static class GpuApp
{
    /// <summary>Runs a command line.</summary>
    /// <returns>0: all is well; 1: something failed.</returns>
    public static int Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        var root = new RootCommand("Checks and times compiled models on an NVIDIA GPU") { List(output), Check(output), Cases(output), Ceilings(output), Time(output), Profile(output), Report(output) };
        var parsed = root.Parse(arguments);
        try
        {
            return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = errors });
        }
        catch (Exception exception) when (exception is TttException or IOException or UnauthorizedAccessException)
        {
            errors.WriteLine($"error: {exception.Message}");
            return 1;
        }
    }

    private static Command List(TextWriter output)
    {
        var without = WithoutOption();
        var command = new Command("list", "Name the models, a line each") { without };
        command.SetAction(arguments =>
        {
            var done = Read(arguments.GetValue(without)).OfType<Check>().Select(static check => check.Model).ToHashSet();
            foreach (var model in KnownModels.All.Where(model => !done.Contains(model.Name)))
                output.WriteLine(model.Name);
        });
        return command;
    }

    private static Command Check(TextWriter output)
    {
        var models = new Argument<string[]>("models") { Description = "Which ones; all unless named", DefaultValueFactory = static _ => [] };
        var goldens = new Option<string>("--goldens") { Description = "Folder of the reference's tensors", DefaultValueFactory = static _ => Path.Combine(AppContext.BaseDirectory, "golden") };
        var texts = new Option<string>("--texts") { Description = "Folder of trained checkpoints, each with a text", DefaultValueFactory = static _ => Path.Combine(AppContext.BaseDirectory, "text") };
        var (device, log) = (DeviceOption(), LogOption());
        var command = new Command("check", "Compare models with the reference's tensors and with the CPU") { models, goldens, texts, device, log };
        command.SetAction(arguments =>
        {
            using var opened = Open(arguments.GetValue(device)!);
            var results = new ResultLog(arguments.GetValue(log));
            foreach (var model in Named(arguments.GetValue(models)!))
            {
                var known = results.Results.Count;
                try
                {
                    new GoldenChecker(model, opened, results, arguments.GetValue(goldens)!).Run();
                    using var checkpoint = new RandomCheckpoint(model.Definition);
                    new RandomChecker(model, opened, results, WeightType.Float32).Run(checkpoint.Folder);
                    new RandomChecker(model, opened, results, WeightType.BFloat16).Run(checkpoint.Folder);
                    if (model.Text is { } text)
                        foreach (var weights in (WeightType[])[WeightType.Float32, WeightType.BFloat16])
                            new TextChecker(model, opened, results, weights).Run(Path.Combine(arguments.GetValue(texts)!, text));
                }
                catch (TttException exception)
                {
                    results.Add(new Check(model.Name, "running", null, Checker.Bar, exception.Message));
                }
                output.Write(Reporting.Report.Summary(results.Results.Skip(known).OfType<Check>()));
                output.Flush();
            }
            return results.Results.OfType<Check>().All(check => check.Passed) ? 0 : 1;
        });
        return command;
    }

    private static Command Cases(TextWriter output)
    {
        var without = WithoutOption();
        var who = new Option<string>("--who") { Description = "Whose results count: TttGen or PyTorch", DefaultValueFactory = static _ => CaseTimer.Who };
        var command = new Command("cases", "Name what `time` times, a line each: model, weights, work, tokens of a sequence, sequences") { without, who };
        command.SetAction(arguments =>
        {
            var done = Read(arguments.GetValue(without)).OfType<Timed>().Where(timed => timed.Who == arguments.GetValue(who)).Select(static timed => timed.Case).ToHashSet();
            foreach (var work in Case.All.Where(work => !done.Contains(work)))
                output.WriteLine(work);
        });
        return command;
    }

    private static Command Ceilings(TextWriter output)
    {
        var (device, log) = (DeviceOption(), LogOption());
        var details = new Option<string?>("--details") { Description = "What else is to be said of the GPU" };
        var commit = new Option<string>("--commit") { Description = "Of the sources", DefaultValueFactory = static _ => "unknown" };
        var command = new Command("ceilings", "Name the GPU and measure what it can do at most") { device, log, details, commit };
        command.SetAction(arguments =>
        {
            using var opened = Open(arguments.GetValue(device)!);
            var results = new ResultLog(arguments.GetValue(log));
            var name = opened?.Name ?? "CPU";
            results.Add(new TestedGpu(name, arguments.GetValue(details), DateTime.UtcNow.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), arguments.GetValue(commit)!));
            output.WriteLine(name);
            foreach (var ceiling in CeilingMeter.Measure(opened))
            {
                results.Add(ceiling);
                output.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{ceiling.What,-14} {ceiling.Value / 1e9,12:F1} G/s"));
            }
        });
        return command;
    }

    private static Command Time(TextWriter output)
    {
        var cases = new Argument<string>("cases") { Description = "A file of cases, as `cases` names them" };
        var (device, log) = (DeviceOption(), LogOption());
        var caseSeconds = new Option<double>("--case-seconds") { Description = "How long the repetitions of a case may take", DefaultValueFactory = static _ => 3 };
        var budget = new Option<double>("--budget") { Description = "Seconds after which no further case is begun", DefaultValueFactory = static _ => double.PositiveInfinity };
        var command = new Command("time", "Time cases") { cases, device, log, caseSeconds, budget };
        command.SetAction(arguments =>
        {
            Case[] wanted = [.. File.ReadLines(arguments.GetValue(cases)!).Where(static line => line.Trim().Length > 0).Select(Case.Parse)];
            using var opened = Open(arguments.GetValue(device)!);
            var results = new ResultLog(arguments.GetValue(log)) { Listener = result => Tell(output, result) };
            var left = new CaseTimer(opened, results, arguments.GetValue(caseSeconds), arguments.GetValue(budget)).Run(wanted);
            foreach (var work in left)
                output.WriteLine($"{work,-36} not begun");
        });
        return command;
    }

    private static Command Profile(TextWriter output)
    {
        var words = new Argument<string[]>("case") { Description = "As `cases` names them: linear-125m f32 decode 1 128", Arity = ArgumentArity.OneOrMore };
        var device = DeviceOption();
        var command = new Command("profile", "Tell where the time of a case goes, kernel by kernel") { words, device };
        command.SetAction(arguments =>
        {
            var work = Case.Parse(string.Join(' ', arguments.GetValue(words)!));
            using var opened = Open(arguments.GetValue(device)!);
            output.Write(opened is CudaDevice gpu ? CaseProfiler.Profile(gpu, work) : throw new TttException("profile: expected a GPU, found the CPU"));
        });
        return command;
    }

    private static void Tell(TextWriter output, Result result)
    {
        if (result is not Timed timed)
            return;
        output.WriteLine(Reporting.Report.Line(timed));
        output.Flush();
    }

    private static Command Report(TextWriter output)
    {
        var logs = new Argument<string[]>("logs") { Description = "Files of results; none: nothing was measured", DefaultValueFactory = static _ => [] };
        var page = new Option<string?>("--out") { Description = "File to write; standard output unless given" };
        var command = new Command("report", "Write results as tables; the exit code is 1 where a comparison failed") { logs, page };
        command.SetAction(arguments =>
        {
            Result[] results = [.. arguments.GetValue(logs)!.SelectMany(Read)];
            var text = new Report(results).Page();
            if (arguments.GetValue(page) is { } file)
                File.WriteAllText(file, text);
            else
                output.Write(text);
            return results.OfType<Check>().All(static check => check.Passed) ? 0 : 1;
        });
        return command;
    }

    private static Option<string> DeviceOption() => new("--device") { Description = "cuda, cuda:N, or cpu to try the way", DefaultValueFactory = static _ => "cuda" };

    private static Option<string?> LogOption() => new("--log") { Description = "File that lines of results are added to" };

    private static Option<string?> WithoutOption() => new("--without") { Description = "File of results: leaves out what is there" };

    private static IReadOnlyList<Result> Read(string? file) => file is null ? [] : Result.Read(File.ReadLines(file));

    private static Device? Open(string device) => DeviceSelector.Open(device, KnownModels.All[0].Definition, out _);

    private static IEnumerable<KnownModel> Named(string[] names) => names.Length == 0 ? KnownModels.All : [.. names.Select(KnownModel.Named)];
}
