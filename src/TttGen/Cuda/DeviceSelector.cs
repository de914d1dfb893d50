using System.Globalization;
using TttGen.Cuda.Driver;
using TttGen.Inference;

namespace TttGen.Cuda;

/// <summary>Opens the device that a command line names. Where a model has no kernels, or there is no driver, that costs nothing.</summary>
public static class DeviceSelector
{
    private const string FirstCuda = "cuda";

    /// <summary>Whether a text names a device: <c>cpu</c>, <c>cuda</c>, <c>cuda:2</c> or <c>auto</c>.</summary>
    public static bool IsName(string device) => device is "cpu" or FirstCuda or "auto" || Ordinal(device) is not null;

    /// <summary>Opens a device.</summary>
    /// <param name="device"><c>cpu</c>; <c>cuda</c>: the first CUDA device that will do; <c>cuda:2</c>: that one; <c>auto</c>: as <c>cuda</c>, or else the CPU.</param>
    /// <param name="model">What shall run on it.</param>
    /// <param name="line">What was chosen, and why: <c>NVIDIA H200 (cuda:0)</c>, or <c>CPU: no CUDA device found</c>.</param>
    /// <returns>The device, which the caller disposes of; null: the CPU.</returns>
    /// <exception cref="TttException">The device can't be had, or no device is of that name.</exception>
    public static Device? Open(string device, ModelDefinition model, out string line)
    {
        line = "CPU";
        if (!IsName(device))
            throw new TttException($"expected a device, cpu, cuda, cuda:N or auto, found '{device}'");
        if (device == "cpu")
            return null;
        var opened = !model.HasCuda
            ? Refuse(out var why, $"{model.Name} was compiled without kernels for CUDA; set <TttGenCuda>true</TttGenCuda> in its project")
            : Ordinal(device) is { } ordinal ? Named(ordinal, out why) : First(device == "auto", out why);
        if (opened is null && device != "auto")
            throw new TttException($"{device}: {why}; run on the CPU (--device cpu)");
        line = opened?.Name ?? $"CPU: {why}";
        return opened;
    }

    private static CudaDevice Named(int ordinal, out string why)
    {
        why = "";
        return CudaDevice.Open(ordinal);
    }

    private static CudaDevice? First(bool orNone, out string why)
    {
        try
        {
            var count = CudaPlatform.CountDevices(out why);
            return count > 0 && CudaPlatform.FirstCapable(count, out why) is { } ordinal ? CudaDevice.Open(ordinal) : null;
        }
        // A GPU in exclusive use, for one.
        catch (CudaException exception) when (orNone)
        {
            return Refuse(out why, exception.Message);
        }
    }

    private static CudaDevice? Refuse(out string why, string reason)
    {
        why = reason;
        return null;
    }

    private static int? Ordinal(string device) =>
        device.StartsWith(FirstCuda + ":", StringComparison.Ordinal) && int.TryParse(device.AsSpan(FirstCuda.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
            ? ordinal
            : null;
}
