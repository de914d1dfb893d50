using System.Runtime.InteropServices;
using TttGen.Cuda.Driver;

namespace TttGen.Cuda.Tests.Fake;

/// <summary>The driver of fake_cuda.c, in the place of NVIDIA's. A test opens it fresh, and at the end nothing may be held by it.</summary>
internal sealed unsafe class FakeDriver : IDisposable
{
    /// <summary>What the leaks are where there are none.</summary>
    private const string Nothing = "device 0 host 0 contexts 0 streams 0 events 0 modules 0 graphs 0 executables 0 bad 0";

    private readonly nint _library;

    public FakeDriver()
    {
        CudaLibrary.File = FakeLibraries.File("fake_cuda");
        CudaLibrary.CublasFiles = FakeLibraries.NoFile;
        _library = NativeLibrary.Load(CudaLibrary.File);
        ((delegate* unmanaged<void>)Export("fake_reset"))();
    }

    public int Devices { set => Set("fake_devices", value); }

    public int Version { set => Set("fake_version", value); }

    public int SharedBytes { set => Set("fake_shared", value); }

    public int MaxThreads { set => Set("fake_threads", value); }

    public long Memory { set => ((delegate* unmanaged<long, void>)Export("fake_memory"))(value); }

    public (int Major, int Minor) Capability { set => ((delegate* unmanaged<int, int, void>)Export("fake_capability"))(value.Major, value.Minor); }

    public string JitError { set => WithText(value, text => ((delegate* unmanaged<nint, void>)Export("fake_jit_error"))(text)); }

    /// <summary>Names of all calls so far, in order.</summary>
    public string[] Calls => Lines("fake_calls");

    /// <summary>Launches that have run, in order: entry, grid, group, shared bytes, each parameter's bytes in hexadecimal.</summary>
    public string[] Launches => Lines("fake_launches");

    /// <summary>What is held.</summary>
    public string Held
    {
        get
        {
            var text = stackalloc byte[512];
            ((delegate* unmanaged<byte*, int, void>)Export("fake_leaks"))(text, 512);
            return Marshal.PtrToStringUTF8((nint)text)!;
        }
    }

    /// <summary>Makes a call fail, once, after so many that succeed.</summary>
    public void Fail(string call, int code, int after = 0) => WithText(call, text => ((delegate* unmanaged<nint, int, int, void>)Export("fake_fail"))(text, code, after));

    public void Dispose() => Assert.Equal(Nothing, Held);

    private nint Export(string name) => NativeLibrary.GetExport(_library, name);

    private void Set(string name, int value) => ((delegate* unmanaged<int, void>)Export(name))(value);

    private string[] Lines(string name) => Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)Export(name))())!.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static void WithText(string value, Action<nint> use)
    {
        var text = Marshal.StringToCoTaskMemUTF8(value);
        use(text);
        Marshal.FreeCoTaskMem(text);
    }
}

/// <summary>A fact about the driver's use; skipped where no C compiler makes the fake one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DriverFactAttribute : FactAttribute
{
    public DriverFactAttribute() => Skip = FakeLibraries.Missing;
}

/// <summary>As above, for several cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class DriverTheoryAttribute : TheoryAttribute
{
    public DriverTheoryAttribute() => Skip = FakeLibraries.Missing;
}
