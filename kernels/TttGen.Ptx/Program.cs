using TttGen.Ptx;

return PtxTool.Run(args, Console.Out);
