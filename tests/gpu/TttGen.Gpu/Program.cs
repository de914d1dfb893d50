return TttGen.Gpu.GpuApp.Run(args, Console.Out, Console.Error);
