using TttGen.Cuda.Tests.Fake;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace TttGen.Cuda.Tests;

/// <summary>Tests against the fake driver; each ends with the check that nothing is held any more and nothing was freed twice.</summary>
public abstract class DriverTests : IDisposable
{
    private FakeDriver? _driver;

    internal FakeDriver Driver => _driver ??= new FakeDriver();

    internal CudaDevice Open(int ordinal = 0)
    {
        _ = Driver;
        return CudaDevice.Open(ordinal);
    }

    internal static KernelImage Image(string kernel) => new(typeof(DriverTests).Assembly, "App.Toy", kernel);

    internal static T[] Read<T>(Device device, DeviceView<T> view) where T : unmanaged
    {
        var values = new T[view.Length];
        device.Download(view, values);
        return values;
    }

    public void Dispose()
    {
        _driver?.Dispose();
        GC.SuppressFinalize(this);
    }
}
