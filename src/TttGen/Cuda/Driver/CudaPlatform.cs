using System.Globalization;

namespace TttGen.Cuda.Driver;

/// <summary>What this machine has: a driver, and GPUs.</summary>
internal static unsafe class CudaPlatform
{
    // PTX 7.8, which the build writes, and graphs as they are used here.
    private const int LeastDriver = 11080;
    private const int LeastCapability = 80;

    /// <summary>Looks for GPUs.</summary>
    /// <param name="why">Where there are none: why.</param>
    /// <returns>How many there are.</returns>
    public static int CountDevices(out string why)
    {
        why = "";
        if (!CudaLibrary.TryLoad())
        {
            why = $"no {CudaLibrary.File} found: NVIDIA's driver is not installed";
            return 0;
        }
        try
        {
            return Count(ref why);
        }
        catch (EntryPointNotFoundException exception)
        {
            why = $"{CudaLibrary.File} is no driver that can be used: {exception.Message}";
            return 0;
        }
    }

    /// <summary>The first GPU that kernels can run on.</summary>
    /// <param name="count">How many there are.</param>
    /// <param name="why">Where none will do: why.</param>
    public static int? FirstCapable(int count, out string why)
    {
        why = "";
        for (var ordinal = 0; ordinal < count; ordinal++)
        {
            var capability = Capability(ordinal);
            if (capability >= LeastCapability)
                return ordinal;
            if (ordinal == 0)
                why = $"{Name(0)} is too old: expected compute capability {CapabilityText(LeastCapability)} or more, found {CapabilityText(capability)}";
        }
        return null;
    }

    /// <summary>Of a GPU there is: <c>NVIDIA H200 (cuda:0)</c>.</summary>
    public static string Name(int ordinal)
    {
        var bytes = stackalloc byte[256];
        int device;
        Check(CudaApi.DeviceGet(&device, ordinal), "cuDeviceGet");
        Check(CudaApi.DeviceGetName(bytes, 256, device), "cuDeviceGetName");
        return string.Create(CultureInfo.InvariantCulture, $"{System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)bytes)} (cuda:{ordinal})");
    }

    /// <summary>Ten times the compute capability: 90 for 9.0.</summary>
    public static int Capability(int ordinal) => 10 * Attribute(ordinal, DeviceAttribute.ComputeCapabilityMajor) + Attribute(ordinal, DeviceAttribute.ComputeCapabilityMinor);

    /// <summary>A number about a GPU.</summary>
    public static int Attribute(int ordinal, DeviceAttribute attribute)
    {
        int device, value;
        Check(CudaApi.DeviceGet(&device, ordinal), "cuDeviceGet");
        Check(CudaApi.DeviceGetAttribute(&value, attribute, device), "cuDeviceGetAttribute");
        return value;
    }

    /// <summary>The driver's version, as the driver counts: 12040 for CUDA 12.4.</summary>
    public static int DriverVersion()
    {
        int version;
        Check(CudaApi.DriverGetVersion(&version), "cuDriverGetVersion");
        return version;
    }

    /// <summary>12.4 for 12040.</summary>
    public static string VersionText(int version) => string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");

    /// <summary>8.6 for 86.</summary>
    public static string CapabilityText(int capability) => string.Create(CultureInfo.InvariantCulture, $"{capability / 10}.{capability % 10}");

    private static int Count(ref string why)
    {
        int count, version;
        // The version first: it can be asked before cuInit, and an old library may lack what is called later.
        if (Failed(CudaApi.DriverGetVersion(&version), "cuDriverGetVersion", ref why))
            return 0;
        if (version < LeastDriver)
        {
            why = $"NVIDIA's driver is too old: expected one for CUDA {VersionText(LeastDriver)} or later, found one for CUDA {VersionText(version)}";
            return 0;
        }
        if (Failed(CudaApi.Init(0), "cuInit", ref why) || Failed(CudaApi.DeviceGetCount(&count), "cuDeviceGetCount", ref why))
            return 0;
        if (count == 0)
            why = "no CUDA device found";
        return count;
    }

    private static void Check(CudaResult result, string call)
    {
        if (result is not CudaResult.Success)
            throw new CudaException($"looking at the CUDA devices: {CudaException.Describe(result, call)}", result, call);
    }

    private static bool Failed(CudaResult result, string call, ref string why)
    {
        if (result is CudaResult.Success)
            return false;
        why = result is CudaResult.NoDevice ? "no CUDA device found" : $"NVIDIA's driver can't be used: {CudaException.Describe(result, call)}";
        return true;
    }
}
