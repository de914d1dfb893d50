using TttGen.Benchmarks;

// train [part of a name] [kernels]: steps of training; train memory: of a long sequence. Nothing, or a part of the names: a minute of short runs, best of many, beside the machine's limits. Options (--filter …): BenchmarkDotNet's own.
if (args is ["train", ..])
{
    if (args.Contains("memory")) TrainMemory.Print();
    else TrainSpeed.Print(args.ElementAtOrDefault(1) ?? "", args.Contains("kernels"));
    return;
}

#if NATIVE_RUN
FastRun.Print(args.FirstOrDefault() ?? "");
#else
if (args.Length == 0 || !args[0].StartsWith('-'))
    FastRun.Print(args.FirstOrDefault() ?? "");
else
    BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(FastRun).Assembly).Run(args);
#endif
