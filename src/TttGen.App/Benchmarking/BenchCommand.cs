using System.CommandLine;
using TttGen.App.CommandLine;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.App.Benchmarking;

/// <summary><c>bench</c>: tokens a second beside what the machine can do.</summary>
internal static class BenchCommand
{
    /// <summary>The command for a model.</summary>
    public static Command Create(ModelDefinition definition, AppConsole console)
    {
        var model = new ModelArguments(definition, console);
        var workloads = new Option<string[]>("--workload")
        {
            Description = "Workloads to run: decode, decode_ctxTOKENS, prefill_TOKENS, prefill_TOKENS_lastlogit, each also with _bf16 or _int8",
            HelpName = "names",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = static _ => [],
        };
        var contexts = Numbers.List("--contexts", "Also prefill these many tokens each, decode after as many, and compare milliseconds a token", [], 1, 1 << 24);
        var json = new Option<bool>("--json") { Description = "Write JSON" };
        var command = new Command("bench", "Time prefill and decode (random weights unless --model is given); limits of the machine are measured in between")
        {
            workloads, contexts, json,
        };
        model.AddTo(command, weights: false);
        command.SetAction(arguments =>
        {
            var name = definition.Name.ToLowerInvariant();
            var lengths = arguments.GetValue(contexts)!;
            List<Workload>[] sweeps = [[.. lengths.Select(length => new Workload(length, true, WeightType.Float32))], [.. lengths.Select(length => new Workload(0, false, WeightType.Float32, length))]];
            var sweep = sweeps.SelectMany(workloads => workloads).ToList();
            var chosen = arguments.GetValue(workloads)!.Select(text => Workload.Parse(text, name)).ToList();
            var asJson = arguments.GetValue(json);
            using var device = model.OpenDevice(arguments);
            if (chosen.Count == 0 && sweep.Count == 0)
                chosen = [.. Workload.Standard.Where(workload => device.Device is null || workload.Weights != WeightType.Int8)];

            var told = false;
            var measurements = new List<Measurement>();
            // One model in memory at a time.
            foreach (var group in chosen.Concat(sweep).Distinct().GroupBy(workload => workload.Weights))
            {
                using var loaded = Open(definition, model, arguments, device, group.Key);
                if (!told)
                    device.Tell();
                told = true;
                var bench = new Bench(loaded, threads => device.Limits(threads, console.MeasureLimits), console.Interrupted);
                foreach (var workload in group)
                {
                    var measurement = bench.Run(workload);
                    measurements.Add(measurement);
                    if (asJson)
                        continue;
                    console.Out.WriteLine(BenchReport.Line(name, measurement));
                    console.Out.Flush();
                    console.Error.WriteLine(BenchReport.Details(name, measurement));
                    console.Error.Flush();
                }
            }
            var (prefilled, decoded) = (Of(sweeps[0]), Of(sweeps[1]));
            if (asJson)
                console.Out.Write(BenchReport.Json(name, InstructionSet.Describe(), device.Name, measurements, prefilled, decoded));
            else if (lengths.Length > 1)
            {
                console.Error.WriteLine(BenchReport.Flatness(prefilled));
                console.Error.WriteLine(BenchReport.Flatness(decoded));
            }

            List<Measurement> Of(List<Workload> sweep) => [.. sweep.Select(workload => measurements.First(measurement => measurement.Workload == workload))];
        });
        return command;
    }

    private static TttModel Open(ModelDefinition definition, ModelArguments model, ParseResult arguments, ChosenDevice device, WeightType weights)
    {
        var options = model.Options(arguments, device) with { Weights = weights };
        return model.Limited(model.FindDirectory(arguments) is { } directory ? definition.Load(directory, options) : definition.Create(1, options), arguments);
    }
}
