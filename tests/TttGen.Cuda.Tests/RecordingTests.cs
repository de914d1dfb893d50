using TttGen.Cuda.Tests.Fake;

namespace TttGen.Cuda.Tests;

public sealed class RecordingTests : DriverTests
{
    [DriverFact]
    public void Recording_does_nothing_and_each_replay_does_all_with_what_is_there_by_then()
    {
        using var device = Open();
        using var pinned = device.AllocatePinned(16);
        var (tokens, copy, x) = (device.Allocate<int>(2, "tokens"), device.Allocate<int>(2, "copy"), device.Allocate<float>(3, "x"));
        var fill = device.Load(Image("Fill"));
        device.Clear(x);
        device.Clear(copy);
        using var recording = device.Record(() =>
        {
            device.UploadPinned(pinned, 0, tokens);
            device.Copy(tokens, copy);
            device.Launch(fill, new Grid(1), [2, 7f, x]);
            device.DownloadPinned(copy, pinned, 8);
        })!;
        Assert.Equal([0f, 0, 0], Read(device, x));
        Assert.Equal([0, 0], Read(device, copy));

        for (var round = 1; round < 4; round++)
        {
            new[] { round, 10 * round }.CopyTo(pinned.Span<int>(0, 2));
            recording.Replay();
            device.Synchronize();
            Assert.Equal([round, 10 * round], pinned.Span<int>(8, 2).ToArray());
        }
        Assert.Equal([7f, 7, 0], Read(device, x));
        Assert.Equal(3, Driver.Launches.Length);
        Assert.Single(Driver.Calls, static call => call == "cuLaunchKernel");
    }

    [DriverFact]
    public void What_can_t_be_recorded_is_named_and_the_device_works_on()
    {
        using var device = Open();
        var view = device.Allocate<float>(1, "x");
        string Refused(Action work) => Assert.Throws<InvalidOperationException>(() => device.Record(work)).Message;

        Assert.Equal("Fake A (cuda:0): expected work that can be recorded, found that memory that is not pinned is uploaded; use UploadPinned", Refused(() => device.Upload([1f], view)));
        Assert.Contains("use DownloadPinned", Refused(() => Read(device, view)), StringComparison.Ordinal);
        Assert.Contains("memory is allocated", Refused(() => device.Allocate(1, "y")), StringComparison.Ordinal);
        Assert.Contains("memory is allocated", Refused(() => device.AllocatePinned(1)), StringComparison.Ordinal);
        Assert.Contains("the device is waited for", Refused(device.Synchronize), StringComparison.Ordinal);
        Assert.Contains("Fill is loaded", Refused(() => device.Load(Image("Fill"))), StringComparison.Ordinal);
        Assert.Contains("another recording is begun", Refused(() => device.Record(static () => { })), StringComparison.Ordinal);
        device.Upload([3f], view);
        Assert.Equal([3f], Read(device, view));
    }

    [DriverFact]
    public void An_exception_of_the_work_ends_the_recording()
    {
        using var device = Open();
        var view = device.Allocate<float>(1, "x");
        Assert.Throws<NotSupportedException>(() => device.Record(() => throw new NotSupportedException()));
        device.Upload([3f], view);

        Assert.Equal([3f], Read(device, view));
    }

    [DriverTheory]
    [InlineData("cuStreamBeginCapture")]
    [InlineData("cuStreamEndCapture")]
    [InlineData("cuGraphInstantiateWithFlags")]
    public void A_card_that_can_t_record_says_so(string call)
    {
        using var device = Open();
        Driver.Fail(call, 900);

        Assert.StartsWith("Fake A (cuda:0): ", Assert.Throws<CudaException>(() => device.Record(static () => { })).Message, StringComparison.Ordinal);
    }

    [DriverFact]
    public void A_recording_thrown_away_is_not_replayed()
    {
        using var device = Open();
        var recording = device.Record(static () => { })!;
        recording.Dispose();
        recording.Dispose();

        Assert.Throws<ObjectDisposedException>(recording.Replay);
    }
}
