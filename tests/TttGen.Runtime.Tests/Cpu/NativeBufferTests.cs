using TttGen.Cpu;

namespace TttGen.Runtime.Tests.Cpu;

/// <summary>Apart from the other tests: poisoning is a setting of the process.</summary>
[CollectionDefinition(nameof(NativeBufferTests), DisableParallelization = true)]
[Collection(nameof(NativeBufferTests))]
public sealed unsafe class NativeBufferTests
{
    [Theory]
    [InlineData(0, 64)]
    [InlineData(1, 64)]
    [InlineData(1000, 64)]
    [InlineData(20_000, 4096)]
    [InlineData(3_000_001, 2 << 20)]
    public void Memory_is_zeroed_and_aligned(long elements, long alignment)
    {
        using var buffer = new NativeBuffer(elements);
        Assert.Equal(elements, buffer.Length);
        Assert.Equal(0, (nint)buffer.Pointer % alignment);
        Assert.True(new Span<float>(buffer.Pointer, (int)elements).IndexOfAnyExcept(0f) < 0);
    }

    [Fact]
    public void Fresh_memory_can_be_poisoned_but_the_padding_of_weights_is_not()
    {
        NativeBuffer.PoisonFresh = true;
        try
        {
            using var buffer = new NativeBuffer(10);
            for (int i = 0; i < 10; i++)
                Assert.True(float.IsNaN(buffer.Pointer[i]));
            float* tile = stackalloc float[32];
            float* a = stackalloc float[] { 1, 1, 1 };
            foreach (var type in Enum.GetValues<WeightType>())
            {
                using var w = new PackedMatrix(3, 33, type);
                w.SetRow(32, [1, 2, 3]);
                Product.Panel<Lanes128>(w, 1, a, 3, 1, tile);
                Assert.Equal(6, tile[0], 0.05);
                Assert.True(new Span<float>(tile + 1, 31).IndexOfAnyExcept(0f) < 0);
            }
        }
        finally
        {
            NativeBuffer.PoisonFresh = false;
        }
    }

    [Fact]
    public void Disposal_can_be_repeated()
    {
        var buffer = new NativeBuffer(5);
        buffer.Dispose();
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.Pointer is null);
    }

    [Fact]
    public void Negative_lengths_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new NativeBuffer(-1));
}
