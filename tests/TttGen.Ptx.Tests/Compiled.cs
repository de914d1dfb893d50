namespace TttGen.Ptx.Tests;

/// <summary>Kernels of this assembly by class and name.</summary>
internal static class Compiled
{
    public static ModelKernel Kernel(Type type, string name) => ModelKernels.Of(type).Single(kernel => kernel.Name == name);

    public static string Raw(ModelKernel kernel) => KernelCompiler.Compile(kernel.Method, kernel.Attribute.Threads, KernelCompiler.LevelOf(kernel.Attribute));

    public static PtxText Ptx(Type type, string name) => PtxText.Of(Raw(Kernel(type, name)), Kernel(type, name));
}
