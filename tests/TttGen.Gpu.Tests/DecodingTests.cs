using TttGen.Cuda;
using TttGen.Cuda.Tests.Fake;
using TttGen.Gpu.Checking;
using TttGen.Inference;
using TttGen.Numerics.Tests;

namespace TttGen.Gpu.Tests;

/// <summary>What a decoding step asks of the driver, on a GPU that takes every launch and computes nothing.</summary>
public sealed class DecodingTests
{
    private const string Launch = "cuLaunchKernel", Replay = "cuGraphLaunch", Begin = "cuStreamBeginCapture", Download = "cuMemcpyDtoHAsync";

    [DriverTheory]
    [InlineData(Cpu.WeightType.Float32, 1)]
    [InlineData(Cpu.WeightType.BFloat16, 3)]
    public void From_the_third_step_on_there_is_one_launch_and_one_copy_back(Cpu.WeightType weights, int sequences)
    {
        using var driver = new FakeDriver();
        using var device = CudaDevice.Open(0);
        using var model = LinearTransformer.Definition.Create(1, new ModelOptions { Device = device, Weights = weights });
        var states = model.CreateStates(sequences);
        var (tokens, logits) = (new int[sequences], new float[sequences * model.Vocabulary]);

        Assert.Contains(Launch, Calls(driver, Step));
        Assert.Contains(Begin, Calls(driver, Step));
        for (var step = 0; step < 3; step++)
        {
            string[] calls = [.. Calls(driver, Step).Where(call => call is Launch or Replay or Begin || call.StartsWith("cuMemcpy", StringComparison.Ordinal))];
            Assert.Equal([Replay, Download], calls);
        }
        foreach (var state in states) state.Dispose();

        void Step() => model.Decode(states, tokens, logits);
    }

    [DriverFact]
    public void A_recording_is_made_anew_where_memory_that_it_reads_has_moved_and_kept_where_it_has_not()
    {
        using var driver = new FakeDriver();
        using var device = CudaDevice.Open(0);
        using var model = LinearTransformer.Definition.Create(1, new ModelOptions { Device = device });
        var states = new List<SequenceState> { model.CreateState() };
        var logits = new float[model.Vocabulary];
        void Step() => model.Decode(states[0], 1, logits);
        Step();
        Step();

        // another sequence, read at once, and in between
        states.Add(model.CreateState());
        model.Prefill(states[1], [1, 2, 3], logits);
        Assert.DoesNotContain(Begin, Calls(driver, Step));
        // more of them than there is room for: their states move
        for (var s = 0; s < 8; s++) states.Add(model.CreateState());
        Assert.Contains(Begin, Calls(driver, Step));
        Assert.DoesNotContain(Begin, Calls(driver, Step));
        foreach (var state in states) state.Dispose();
    }

    [DriverFact]
    public void Any_number_of_batch_sizes_is_decoded_with_a_bounded_number_of_recordings()
    {
        using var driver = new FakeDriver();
        using var device = CudaDevice.Open(0);
        using var model = LinearTransformer.Definition.Create(1, new ModelOptions { Device = device });
        var states = model.CreateStates(20);
        for (var round = 0; round < 2; round++)
            for (var sequences = 1; sequences <= 20; sequences++)
                model.Decode(states.AsSpan(0, sequences), new int[sequences], new float[sequences * model.Vocabulary]);

        Assert.Contains("executables 8 ", driver.Held, StringComparison.Ordinal);
        foreach (var state in states) state.Dispose();
    }

    /// <summary>The calls that some work makes.</summary>
    private static string[] Calls(FakeDriver driver, Action work)
    {
        var before = driver.Calls.Length;
        work();
        return driver.Calls[before..];
    }
}
