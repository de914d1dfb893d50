using TttGen.Cpu;
using TttGen.Cuda;
using TttGen.Gpu.Results;

namespace TttGen.Gpu.Timing;

/// <summary>Measures what a device can do at most: a large copy, and large products by the GPU's own library, of random numbers.</summary>
internal static class CeilingMeter
{
    private const string Who = "TttGen";
    private const double Seconds = 0.5;

    /// <summary>What can be measured; products are left out where the library is not there.</summary>
    /// <param name="device">Null: the CPU.</param>
    /// <param name="size">Rows and columns of the matrices.</param>
    public static IReadOnlyList<Ceiling> Measure(Device? device, int size = 8192)
    {
        if (device is null)
            return [new Ceiling(Who, Ceiling.Copy, MachineLimits.ReadBandwidth(Environment.ProcessorCount) * 1e9), new Ceiling(Who, Ceiling.Product("f32"), MachineLimits.FmaGflops(Environment.ProcessorCount) * 1e9)];
        var found = new List<Ceiling> { new(Who, Ceiling.Copy, CopyRate(device)) };
        if (device.CanMultiply && ProductRate<float>(device, size, device.TryMultiply) is { } single)
            found.Add(new Ceiling(Who, Ceiling.Product("f32"), single));
        if (device.CanMultiply && ProductRate<ushort>(device, size, device.TryMultiply) is { } half)
            found.Add(new Ceiling(Who, Ceiling.Product("bf16"), half));
        return found;
    }

    private delegate bool Multiply<T>(DeviceView<T> x, DeviceView<T> weights, DeviceView<float> y, int rows, int columns, int inner, bool add) where T : unmanaged;

    private static double CopyRate(Device device)
    {
        var bytes = Math.Min(1L << 30, device.Memory.Free / 4);
        var (from, to) = (device.Allocate<byte>(bytes, "copied"), device.Allocate<byte>(bytes, "copied"));
        using var first = from.Buffer;
        using var second = to.Buffer;
        FillRandom(device, from);
        return 2 * bytes / Repeats.Of(Seconds, () => Time(device, () => device.Copy(from, to))).Median;
    }

    private static double? ProductRate<T>(Device device, int size, Multiply<T> multiply) where T : unmanaged
    {
        var count = (long)size * size;
        if (device.Memory.Free < 16 * count)
            return null;
        var (x, weights, y) = (device.Allocate<T>(count, "left"), device.Allocate<T>(count, "right"), device.Allocate<float>(count, "product"));
        using var left = x.Buffer;
        using var right = weights.Buffer;
        using var product = y.Buffer;
        FillRandom(device, x);
        FillRandom(device, weights);
        // Also the first of them, which finds out whether the library has a way.
        return multiply(x, weights, y, size, size, size, false)
            ? 2.0 * size * size * size / Repeats.Of(Seconds, () => Time(device, () => multiply(x, weights, y, size, size, size, false))).Median
            : null;
    }

    /// <summary>Seconds on the GPU's own clock, where it has one.</summary>
    private static double Time(Device device, Action work)
    {
        if (device is CudaDevice cuda)
            return cuda.Time(work) / 1e3;
        device.Synchronize();
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        work();
        device.Synchronize();
        return System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // Numbers between -1 and 1: a GPU takes less power, and is faster, with zeros.
    private static void FillRandom<T>(Device device, DeviceView<T> view) where T : unmanaged
    {
        var random = new Random(1);
        var part = new T[Math.Min(view.Length, 1 << 24)];
        for (var i = 0; i < part.Length; i++)
        {
            var number = 2 * random.NextSingle() - 1;
            part[i] = default(T) switch
            {
                float => (T)(object)number,
                ushort => (T)(object)(ushort)(BitConverter.SingleToUInt32Bits(number) >> 16),
                _ => (T)(object)(byte)random.Next(256),
            };
        }
        for (long first = 0; first < view.Length; first += part.Length)
        {
            var count = (int)Math.Min(part.Length, view.Length - first);
            device.Upload<T>(part.AsSpan(0, count), view.Slice(first, count));
        }
    }
}
