using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.IR;
using ILGPU.IR.Intrinsics;

namespace TttGen.Kernels;

/// <summary>Instructions that C# has no words for.</summary>
public static class Intrinsics
{
    /// <summary>Makes them known to a context; before anything is compiled in it.</summary>
    public static void Register(Context context)
    {
        var manager = context.GetIntrinsicManager();
        foreach (var method in typeof(Instructions).GetMethods())
        {
            if (!method.IsDefined(typeof(IntrinsicImplementationAttribute), false)) continue;

            // An instruction is written by the method of its name. OpenCL, which never gets to one, wants to know them nevertheless.
            manager.RegisterMethod(method, new PTXIntrinsic(typeof(PtxInstructions), method.Name, IntrinsicImplementationMode.GenerateCode));
            manager.RegisterMethod(method, new CLIntrinsic(typeof(Intrinsics), nameof(NeverReached), IntrinsicImplementationMode.GenerateCode));
        }
    }

    // Behind a condition that is false: text is wanted, which may do anything.
    private static void NeverReached(CLBackend backend, CLCodeGenerator code, Value value)
    {
        if (!value.Type.IsVoidType) code.Declare(code.Allocate(value));
    }
}
