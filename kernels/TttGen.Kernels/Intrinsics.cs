using ILGPU;

namespace TttGen.Kernels;

/// <summary>Instructions that C# has no words for.</summary>
public static class Intrinsics
{
    /// <summary>Makes them known to a context; before anything is compiled in it.</summary>
    public static void Register(Context context)
    {
    }
}
