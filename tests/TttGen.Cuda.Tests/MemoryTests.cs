using TttGen.Cuda.Tests.Fake;

namespace TttGen.Cuda.Tests;

public sealed class MemoryTests : DriverTests
{
    [DriverFact]
    public void What_is_uploaded_is_downloaded()
    {
        using var device = Open();
        var view = device.Allocate<float>(5, "numbers");
        device.Upload([1f, 2, 3, 4, 5], view);

        Assert.Equal([1f, 2, 3, 4, 5], Read(device, view));
        Assert.Equal([3f, 4], Read(device, view.Slice(2, 2)));
    }

    [DriverFact]
    public void The_source_of_an_upload_may_be_reused_before_the_card_has_copied()
    {
        using var device = Open();
        var view = device.Allocate<int>(2, "numbers");
        int[] source = [1, 2];
        device.Upload<int>(source, view);
        source.AsSpan().Clear();

        Assert.Equal([1, 2], Read(device, view));
    }

    [DriverTheory]
    [InlineData(1)]
    [InlineData((4 << 20) - 3)]
    [InlineData(4 << 20)]
    [InlineData((16 << 20) + 5)]
    [InlineData(40 << 20)]
    public void Uploads_of_any_size_pass_through_the_ring_whole(int bytes)
    {
        using var device = Open();
        var values = new byte[bytes];
        new Random(1).NextBytes(values);
        var small = device.Allocate<byte>(3, "small");
        var view = device.Allocate<byte>(bytes, "large");
        device.Upload<byte>([7, 8, 9], small);
        device.Upload<byte>(values, view);

        Assert.True(values.AsSpan().SequenceEqual(Read(device, view)));
        Assert.Equal([7, 8, 9], Read(device, small));
    }

    [DriverFact]
    public void Many_small_uploads_wait_for_the_ring_and_keep_their_order()
    {
        using var device = Open();
        var view = device.Allocate<int>(1 << 18, "numbers");
        for (var round = 0; round < 40; round++)
            device.Upload<int>(Enumerable.Repeat(round, 1 << 18).ToArray(), view);

        Assert.All(Read(device, view), static value => Assert.Equal(39, value));
        Assert.Contains("cuEventSynchronize", Driver.Calls);
    }

    [DriverFact]
    public void Views_are_copied_and_cleared_on_the_card()
    {
        using var device = Open();
        var (from, to) = (device.Allocate<long>(4, "from"), device.Allocate<long>(4, "to"));
        device.Upload([1L, 2, 3, 4], from);
        device.Copy(from, to);
        device.Clear(to.Slice(1, 2));

        Assert.Equal([1L, 0, 0, 4], Read(device, to));
    }

    [DriverFact]
    public void Pinned_memory_is_copied_when_the_card_gets_to_it()
    {
        using var device = Open();
        using var pinned = device.AllocatePinned(64);
        var view = device.Allocate<int>(4, "tokens");
        new[] { 5, 6, 7, 8 }.CopyTo(pinned.Span<int>(16, 4));
        device.UploadPinned(pinned, 16, view);
        device.DownloadPinned(view.Slice(1, 2), pinned, 0);
        Assert.NotEqual([6, 7], pinned.Span<int>(0, 2).ToArray());
        device.Synchronize();

        Assert.Equal([6, 7], pinned.Span<int>(0, 2).ToArray());
        Assert.Equal(64, pinned.Bytes);
    }

    [DriverFact]
    public void Empty_views_ask_nothing_of_the_card()
    {
        using var device = Open();
        using var pinned = device.AllocatePinned(0);
        var view = device.Allocate<float>(0, "nothing");
        device.Upload<float>([], view);
        device.Copy(view, view);
        device.Clear(view);
        device.UploadPinned(pinned, 0, view);

        Assert.Empty(Read(device, view));
        Assert.DoesNotContain(Driver.Calls, static call => call.StartsWith("cuMemcpy", StringComparison.Ordinal) || call == "cuMemsetD8Async");
    }

    [DriverFact]
    public void Lengths_that_differ_and_views_past_their_buffer_are_refused()
    {
        using var device = Open();
        var view = device.Allocate<float>(4, "weights");

        Assert.Equal("weights: expected views of the same length, found 4 and 3 elements", Assert.Throws<ArgumentException>(() => device.Upload([1f, 2, 3], view)).Message);
        Assert.Equal("weights: expected a view within its 16 bytes, found bytes 8 to 24", Assert.Throws<ArgumentException>(() => device.Clear(view with { Offset = 2 })).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => view.Slice(2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => view.Slice(-1, 1));
        using var pinned = device.AllocatePinned(15);
        Assert.Throws<ArgumentOutOfRangeException>(() => device.UploadPinned(pinned, 0, view));
        Assert.Throws<ArgumentOutOfRangeException>(() => pinned.Span<float>(0, 4));
    }

    [DriverFact]
    public void Memory_of_another_card_is_refused()
    {
        Driver.Devices = 2;
        using var one = Open(0);
        using var two = Open(1);
        var view = two.Allocate<float>(1, "weights");

        Assert.Equal("weights: expected memory of Fake A (cuda:0), found memory of another device", Assert.Throws<ArgumentException>(() => one.Clear(view)).Message);
    }

    [DriverFact]
    public void Small_buffers_share_a_block_and_big_ones_have_their_own()
    {
        using var device = Open();
        var buffers = Enumerable.Range(0, 1000).Select(i => device.Allocate(1 + i, "small")).ToList();
        Assert.Equal(1, Driver.Calls.Count(static call => call == "cuMemAlloc"));

        using var big = device.Allocate(5 << 20, "big");
        Assert.Equal(2, Driver.Calls.Count(static call => call == "cuMemAlloc"));

        var values = buffers.Select((buffer, i) => (new DeviceView<byte>(buffer, 0, buffer.Bytes), Value: Enumerable.Repeat((byte)i, i + 1).ToArray())).ToList();
        foreach (var (view, value) in values)
            device.Upload<byte>(value, view);
        Assert.All(values, pair => Assert.Equal(pair.Value, Read(device, pair.Item1)));
    }

    [DriverFact]
    public void Freed_memory_is_used_again_and_given_back_when_nothing_is_in_it()
    {
        using var device = Open();
        var random = new Random(1);
        var held = new List<(DeviceBuffer Buffer, byte[] Content)>();
        for (var step = 0; step < 3000; step++)
        {
            if (held.Count > 40 || (held.Count > 0 && random.Next(2) == 0))
            {
                var i = random.Next(held.Count);
                Assert.Equal(held[i].Content, Read(device, new DeviceView<byte>(held[i].Buffer, 0, held[i].Content.Length)));
                held[i].Buffer.Dispose();
                held.RemoveAt(i);
            }
            else
            {
                var content = new byte[random.Next(1, 20_000)];
                random.NextBytes(content);
                var buffer = device.Allocate(content.Length, "some");
                device.Upload<byte>(content, new DeviceView<byte>(buffer, 0, content.Length));
                held.Add((buffer, content));
            }
        }
        Assert.Equal(1, Driver.Calls.Count(static call => call == "cuMemAlloc"));
        foreach (var (buffer, _) in held)
            buffer.Dispose();
        using (device.Allocate(30 << 20, "big"))
            Assert.StartsWith("device 2 ", Driver.Held, StringComparison.Ordinal);
        Assert.StartsWith("device 1 ", Driver.Held, StringComparison.Ordinal);
    }

    [DriverFact]
    public void Out_of_memory_says_how_much_for_what_how_much_is_free_and_the_way_out()
    {
        Driver.Memory = 100 << 20;
        using var device = Open();
        using var held = device.Allocate(60 << 20, "weights of mlp.up_proj");

        var exception = Assert.Throws<CudaException>(() => device.Allocate<float>(16 << 20, "weights of lm_head"));
        Assert.Equal(
            "Fake A (cuda:0) is out of memory: expected 67.1 MB for weights of lm_head, found 41.9 MB free of 104.9 MB; end other programs on it, keep smaller weights (--weights bf16), read smaller batches, or run on the CPU (--device cpu)",
            exception.Message);
        Assert.Equal(("CUDA_ERROR_OUT_OF_MEMORY", "cuMemAlloc", 2), (exception.Error, exception.Call, exception.Code));
        Assert.False(device.Broken);
        device.Allocate(1, "a little");
    }

    [DriverFact]
    public void Where_no_whole_block_fits_a_buffer_of_its_own_may()
    {
        Driver.Memory = 10 << 20;
        using var device = Open();
        var view = device.Allocate<float>(1000, "numbers");
        device.Clear(view);

        Assert.All(Read(device, view), static value => Assert.Equal(0, value));
        Assert.Equal(((10 << 20) - 4096, 10 << 20), device.Memory);
    }

    [DriverFact]
    public void An_empty_block_makes_room_for_a_big_buffer()
    {
        Driver.Memory = 40 << 20;
        using var device = Open();
        device.Allocate(1, "small").Dispose();

        Assert.Equal(30 << 20, device.Allocate(30 << 20, "big").Bytes);
    }

    [DriverFact]
    public void A_buffer_given_back_is_not_used_and_may_be_given_back_twice()
    {
        using var device = Open();
        var view = device.Allocate<float>(1, "weights");
        view.Buffer.Dispose();
        view.Buffer.Dispose();

        Assert.Throws<ObjectDisposedException>(() => device.Clear(view));
    }

    [DriverFact]
    public void A_device_may_be_used_from_any_thread()
    {
        using var device = Open();
        var view = device.Allocate<int>(1, "number");
        var thread = new Thread(() => device.Upload([42], view));
        thread.Start();
        thread.Join();

        Assert.Equal([42], Read(device, view));
    }

    [DriverFact]
    public void A_thread_turns_to_a_card_once()
    {
        Driver.Devices = 2;
        using var one = Open(0);
        using var two = Open(1);
        var (first, second) = (one.Allocate<int>(1, "a"), two.Allocate<int>(1, "b"));
        int Turns() => Driver.Calls.Count(static call => call == "cuCtxSetCurrent");
        one.Clear(first);
        var before = Turns();
        for (var i = 0; i < 10; i++)
            one.Clear(first);
        Assert.Equal(before, Turns());
        two.Clear(second);
        Assert.Equal(before + 1, Turns());
    }
}
