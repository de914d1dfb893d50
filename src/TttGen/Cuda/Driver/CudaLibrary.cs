using System.Reflection;
using System.Runtime.InteropServices;

namespace TttGen.Cuda.Driver;

/// <summary>The driver's library, which comes with NVIDIA's driver and may not be there; nothing looks for it before a device is asked for.</summary>
internal static class CudaLibrary
{
    /// <summary>What <see cref="CudaApi"/> calls it; the resolver below says where it is.</summary>
    public const string Name = "cuda";

    private static (string File, nint Handle)? _loaded;

    static CudaLibrary() => NativeLibrary.SetDllImportResolver(typeof(CudaLibrary).Assembly, Resolve);

    /// <summary>The library's file. Another one can stand in for it: tests set it, and so does the environment variable TTTGEN_LIBCUDA.</summary>
    public static string File { get; set; } =
        Environment.GetEnvironmentVariable("TTTGEN_LIBCUDA") is { Length: > 0 } given ? given : OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    /// <summary>Loads the library, once.</summary>
    /// <returns>Whether it is there.</returns>
    public static bool TryLoad()
    {
        if (_loaded?.File != File)
            _loaded = (File, NativeLibrary.TryLoad(File, out var handle) ? handle : 0);
        return _loaded.Value.Handle != 0;
    }

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? path) => library == Name && TryLoad() ? _loaded!.Value.Handle : 0;
}
