using System.Reflection;
using System.Runtime.InteropServices;

namespace TttGen.Cuda.Driver;

/// <summary>NVIDIA's libraries: the driver's, and cuBLASLt. Either may be missing; nothing looks for them before a device is asked for.</summary>
internal static class CudaLibrary
{
    /// <summary>What <see cref="CudaApi"/> calls the driver's; the resolver below says where it is.</summary>
    public const string Name = "cuda";

    /// <summary>What <see cref="CublasApi"/> calls its own.</summary>
    public const string Cublas = "cublasLt";

    private static (string File, nint Handle)? _driver;
    private static (string File, nint Handle)? _cublas;

    static CudaLibrary() => NativeLibrary.SetDllImportResolver(typeof(CudaLibrary).Assembly, Resolve);

    /// <summary>The driver's file. Another one can stand in for it: tests set it, and so does the environment variable TTTGEN_LIBCUDA.</summary>
    public static string File { get; set; } = Given("TTTGEN_LIBCUDA") ?? (OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1");

    /// <summary>Files that may be cuBLASLt, parted by semicolons, the best first; TTTGEN_LIBCUBLASLT stands in for them.</summary>
    public static string CublasFiles { get; set; } = Given("TTTGEN_LIBCUBLASLT") ?? (OperatingSystem.IsWindows()
        ? "cublasLt64_13.dll;cublasLt64_12.dll;cublasLt64_11.dll"
        : "libcublasLt.so.13;libcublasLt.so.12;libcublasLt.so.11;/usr/local/cuda/lib64/libcublasLt.so");

    /// <summary>Loads the driver's library, once.</summary>
    /// <returns>Whether it is there.</returns>
    public static bool TryLoad() => Load(File, ref _driver) != 0;

    /// <summary>Loads cuBLASLt, once.</summary>
    /// <returns>Whether it is there.</returns>
    public static bool TryLoadCublas() => Load(CublasFiles, ref _cublas) != 0;

    private static nint Load(string files, ref (string File, nint Handle)? loaded)
    {
        if (loaded?.File == files)
            return loaded.Value.Handle;
        nint handle = 0;
        _ = files.Split(';').Any(file => NativeLibrary.TryLoad(file, out handle));
        loaded = (files, handle);
        return handle;
    }

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? path) => library switch
    {
        Name => Load(File, ref _driver),
        Cublas => Load(CublasFiles, ref _cublas),
        _ => 0,
    };

    private static string? Given(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
