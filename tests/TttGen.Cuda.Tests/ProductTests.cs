using System.Runtime.InteropServices;
using TttGen.Cuda.Driver;
using TttGen.Cuda.Tests.Fake;

namespace TttGen.Cuda.Tests;

/// <summary>Products by a fake cuBLASLt, which checks the descriptions and multiplies on the host.</summary>
public sealed unsafe class ProductTests : DriverTests
{
    private static readonly float[] X = [1, 2, 3, 4, 5, 6];
    private static readonly float[] Weights = [1, 0, 1, 2, 1, 0, -1, 0.5f, 0, 1, 1, 1];

    // [2, 3] · [4, 3]ᵀ
    private static readonly float[] Product = [4, 4, 0, 6, 10, 13, -1.5f, 15];

    [DriverFact]
    public void Rows_times_weights_transposed_is_y_in_f32()
    {
        using var cublas = new FakeCublas(Driver);
        using var device = Open();
        var (x, weights, y) = (Filled(device, X), Filled(device, Weights), device.Allocate<float>(8, "y"));

        Assert.True(device.CanMultiply);
        Assert.True(device.TryMultiply(x, weights, y, 2, 4, 3));
        Assert.Equal(Product, Read(device, y));
    }

    [DriverFact]
    public void Bf16_is_multiplied_and_y_may_be_added_to()
    {
        using var cublas = new FakeCublas(Driver);
        using var device = Open();
        var (x, weights, y) = (Filled(device, Bits(X)), Filled(device, Bits(Weights)), Filled(device, [1f, 2, 3, 4, 5, 6, 7, 8]));

        Assert.True(device.TryMultiply(x, weights, y, 2, 4, 3, add: true));
        Assert.Equal(Product.Select(static (value, i) => value + i + 1), Read(device, y));
    }

    [DriverFact]
    public void The_library_is_asked_once_a_size()
    {
        using var cublas = new FakeCublas(Driver);
        using var device = Open();
        var (x, weights, y) = (Filled(device, X), Filled(device, Weights), device.Allocate<float>(8, "y"));
        for (var i = 0; i < 3; i++)
        {
            device.TryMultiply(x, weights, y, 2, 4, 3);
            device.TryMultiply(x.Slice(0, 3), weights, y.Slice(0, 4), 1, 4, 3);
        }

        Assert.Equal(2, cublas.Heuristics);
    }

    [DriverFact]
    public void Where_the_library_has_no_way_nothing_is_done()
    {
        using var cublas = new FakeCublas(Driver) { NoWay = true };
        using var device = Open();
        var y = Filled(device, new float[8]);

        Assert.False(device.TryMultiply(Filled(device, X), Filled(device, Weights), y, 2, 4, 3));
        Assert.All(Read(device, y), static value => Assert.Equal(0, value));
    }

    [DriverFact]
    public void Where_there_is_no_library_or_none_that_starts_there_are_no_products()
    {
        using (var device = Open())
        {
            Assert.False(device.CanMultiply);
            Assert.False(device.TryMultiply(Filled(device, X), Filled(device, Weights), device.Allocate<float>(8, "y"), 2, 4, 3));
        }
        using var cublas = new FakeCublas(Driver) { FailCreate = true };
        using var other = Open();
        Assert.False(other.CanMultiply);
    }

    [DriverFact]
    public void A_failed_product_says_which()
    {
        using var cublas = new FakeCublas(Driver) { FailMultiply = 13 };
        using var device = Open();
        var (x, weights, y) = (Filled(device, X), Filled(device, Weights), device.Allocate<float>(8, "y"));

        Assert.Equal("Fake A (cuda:0): multiplying [2, 3] by [4, 3] transposed: cublasLtMatmul: status 13", Assert.Throws<TttException>(() => device.TryMultiply(x, weights, y, 2, 4, 3)).Message);
    }

    [DriverFact]
    public void Views_of_another_size_are_refused()
    {
        using var device = Open();
        var (x, weights, y) = (Filled(device, X), Filled(device, Weights), device.Allocate<float>(8, "y"));

        Assert.Throws<ArgumentException>(() => device.TryMultiply(x, weights, y, 2, 4, 4));
        Assert.Throws<ArgumentException>(() => device.TryMultiply(x, weights, y.Slice(0, 7), 2, 4, 3));
    }

    [DriverFact]
    public void The_library_is_not_opened_in_a_recording()
    {
        using var cublas = new FakeCublas(Driver);
        using var device = Open();

        Assert.Contains("ask CanMultiply before", Assert.Throws<InvalidOperationException>(() => device.Record(() => _ = device.CanMultiply)).Message, StringComparison.Ordinal);
        Assert.True(device.CanMultiply);
    }

    private static ushort[] Bits(float[] values) => [.. values.Select(static value => (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16))];

    // Waited for: the fake library multiplies at once.
    private static DeviceView<T> Filled<T>(Device device, T[] values) where T : unmanaged
    {
        var view = device.Allocate<T>(values.Length, "matrix");
        device.Upload<T>(values, view);
        device.Synchronize();
        return view;
    }

    private sealed class FakeCublas : IDisposable
    {
        private readonly nint _library;

        // After the driver, which takes the library away.
        public FakeCublas(FakeDriver driver)
        {
            Assert.NotNull(driver);
            CudaLibrary.CublasFiles = FakeLibraries.NoFile + ";" + FakeLibraries.File("fake_cublas");
            _library = NativeLibrary.Load(FakeLibraries.File("fake_cublas"));
            Set(false, 0, false);
        }

        public bool FailCreate { set => Set(value, 0, false); }

        public int FailMultiply { set => Set(false, value, false); }

        public bool NoWay { set => Set(false, 0, value); }

        public int Heuristics => ((delegate* unmanaged<int>)NativeLibrary.GetExport(_library, "fake_heuristics"))();

        public void Dispose() => Assert.Equal(0, ((delegate* unmanaged<int>)NativeLibrary.GetExport(_library, "fake_held"))());

        private void Set(bool failCreate, int failMultiply, bool noWay) =>
            ((delegate* unmanaged<int, int, int, void>)NativeLibrary.GetExport(_library, "fake_set"))(failCreate ? 1 : 0, failMultiply, noWay ? 1 : 0);
    }
}
