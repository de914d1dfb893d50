using NewInnerModel;
using TttGen.Cpu;

// As far as a float32 may be from the oracle.
const double Bar = 2e-5;

Trial[] trials =
[
    Trial.Of<SwiGluModel>((model, tokens) => model.Apply(tokens).Items),
    Trial.Of<ThreeLayerModel>((model, tokens) => model.Apply(tokens).Items),
];
double limit = MachineLimits.FmaGflops(Environment.ProcessorCount);

Console.WriteLine($"relative error against the spec run in float64, {Trial.CheckedTokens} tokens; prefill of {Trial.TimedTokens} tokens, {Environment.ProcessorCount} threads, FMA limit {limit:F0} GFLOP/s");
Console.WriteLine();
Console.WriteLine($"{"model",-18}{"parameters",12}{"prefill",12}{"decode",12}{"tokens/s",12}{"GFLOP/s",10}{"of limit",10}");
foreach (var t in trials)
    Console.WriteLine($"{t.Name,-18}{t.Parameters,12:N0}{t.PrefillError,12:0.0e-0}{t.DecodeError,12:0.0e-0}{t.TokensPerSecond,12:N0}{t.Gflops,10:F0}{t.Gflops / limit,10:P0}");

return trials.All(t => t.PrefillError <= Bar && t.DecodeError <= Bar) ? 0 : 1;
