using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TttGen.SpecFuzz.Checking;
using TttGen.SpecFuzz.Grammar;

namespace TttGen.SpecFuzz;

/// <summary>The fuzzer by itself: <c>dotnet run -c Release --project tests/TttGen.SpecFuzz -- layers|memories|optimisers|attention|recurrences|all FIRST COUNT [least]</c>, or a file of cases.</summary>
internal static class Program
{
    public static int Main(string[] arguments)
    {
        CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        if (arguments is ["show", var what, var number])
        {
            Console.WriteLine(Draw(what, int.Parse(number, CultureInfo.InvariantCulture)).Source);
            return 0;
        }
        if (arguments is ["text", var kindOfText, var firstOfText, .. var more])
        {
            var start = int.Parse(firstOfText, CultureInfo.InvariantCulture);
            var end = start + (more is [var countOfText] ? int.Parse(countOfText, CultureInfo.InvariantCulture) : 1);
            for (var seed = start; seed < end; seed++)
                foreach (var text in CompiledSpec.TextsOf(SpecCase.Of("text", Draw(kindOfText, seed).Source))) Console.WriteLine(text);
            return 0;
        }
        if (arguments is ["time", .. var part])
        {
            foreach (var (name, source) in TimedSpecs.All.Where(s => part is not [var word] || s.Name.Contains(word, StringComparison.Ordinal))) Time(SpecCase.Of(name, source));
            return 0;
        }
        if (arguments is ["cases" or "texts", var file])
        {
            foreach (var one in SpecCase.Read(file))
            {
                if (arguments[0] == "texts") foreach (var text in CompiledSpec.TextsOf(one)) Console.WriteLine(text);
                else Tell(one.Name, Outcome.Of(one));
            }
            return 0;
        }
        if (arguments is ["refused", var kindOfRefused, var firstRefused, var countRefused])
        {
            // generators alone: hundreds a minute
            var start = int.Parse(firstRefused, CultureInfo.InvariantCulture);
            for (var seed = start; seed < start + int.Parse(countRefused, CultureInfo.InvariantCulture); seed++)
                foreach (var words in CompiledSpec.Refusals(SpecCase.Of("refused", Draw(kindOfRefused, seed).Source))) Console.WriteLine($"{kindOfRefused} {seed}: {words}");
            return 0;
        }
        if (arguments is not [("layers" or "memories" or "optimisers" or "attention" or "recurrences" or "all") and var kind, var first, var count, .. var options])
        {
            Console.Error.WriteLine("usage: layers|memories|optimisers|attention|recurrences|all FIRST COUNT [least], or show KIND SEED, or text KIND FIRST [COUNT], or time [NAME], or refused KIND FIRST COUNT, or cases|texts FILE");
            return 1;
        }
        var watch = Stopwatch.StartNew();
        var verdicts = new Dictionary<Verdict, int>();
        var refusals = new Dictionary<string, int>();
        var (from, many) = (int.Parse(first, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture));
        var specs = Enumerable.Range(from, many).Select(seed => (Kind: kind == "all" ? Kinds[seed % Kinds.Length] : kind, Seed: seed));
        var outcomes = Partitioner.Create(specs, EnumerablePartitionerOptions.NoBuffering).AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .Select(s => (s.Kind, s.Seed, Outcome: Outcome.Of(SpecCase.Of($"{s.Kind} {s.Seed}", Draw(s.Kind, s.Seed).Source))));
        foreach (var (drawn, seed, outcome) in outcomes)
        {
            verdicts[outcome.Verdict] = verdicts.GetValueOrDefault(outcome.Verdict) + 1;
            if (outcome.Verdict == Verdict.Refused) refusals[outcome.Words] = refusals.GetValueOrDefault(outcome.Words) + 1;
            if (!outcome.IsDefect) continue;
            Console.WriteLine($"{drawn} {seed}: {outcome.Verdict}: {outcome.Words}");
            if (options is not ["least"]) continue;
            var (least, said) = Shrinking.Least(Draw(drawn, seed), outcome);
            Console.WriteLine($"    least: {said.Words}");
            Console.WriteLine(least.Source);
        }
        Console.WriteLine($"{many} {(kind == "all" ? "specs" : kind)} from seed {from}: {string.Join(", ", verdicts.OrderBy(v => v.Key).Select(v => $"{v.Value} {v.Key}"))}; {watch.Elapsed.TotalSeconds / many:0.00} s each");
        foreach (var line in Phases.Lines(many)) Console.WriteLine(line);
        foreach (var (words, times) in refusals.OrderByDescending(r => r.Value)) Console.WriteLine($"    refused {times} times: {words}");
        return verdicts.Keys.Any(v => v is not (Verdict.Right or Verdict.Refused)) ? 1 : 0;
    }

    private static void Tell(string name, Outcome outcome) => Console.WriteLine($"{name}: {outcome.Verdict}: {outcome.Words}");

    /// <summary>The first run has the generators themselves to compile where it is the process's first; then the least of five. Texts that stay the same keep their hash.</summary>
    private static void Time(SpecCase spec)
    {
        var (first, texts) = CompiledSpec.Timed(spec);
        var warm = Enumerable.Range(0, 5).Min(_ => CompiledSpec.Timed(spec).Took);
        var hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(texts))))[..12];
        Console.WriteLine($"{spec.Name}: first {first.TotalSeconds:0.00} s, then {warm.TotalSeconds:0.00} s; {texts.Sum(t => t.Length) / 1024} KiB {hash}");
    }

    /// <summary>Of what "all" draws, by turns.</summary>
    private static readonly string[] Kinds = ["layers", "memories", "layers", "memories", "optimisers"];

    private static RandomSpec Draw(string kind, int seed) => kind switch
    {
        "layers" => RandomLayer.Draw(seed),
        "optimisers" => RandomOptimiser.Draw(seed),
        "attention" => RandomLayer.DrawAttending(seed),
        "recurrences" => RandomRecurrence.Draw(seed),
        _ => RandomMemory.Draw(seed),
    };
}
