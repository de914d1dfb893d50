using TttGen.Benchmarks;

// Without arguments: a minute of short runs, best of many, beside the machine's limits. With arguments: BenchmarkDotNet's own.
#if NATIVE_RUN
FastRun.Print();
#else
if (args.Length == 0)
    FastRun.Print();
else
    BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(FastRun).Assembly).Run(args);
#endif
