namespace TttGen.Ptx.Tests;

/// <summary>Groups on a multiprocessor, as NVIDIA's occupancy calculator has them.</summary>
public sealed class OccupancyTests
{
    [Theory]
    [InlineData("sm_80", 256, 0, 32, 8, "Threads")]
    [InlineData("sm_80", 256, 0, 33, 6, "Registers")]
    [InlineData("sm_80", 256, 0, 64, 4, "Registers")]
    [InlineData("sm_80", 256, 0, 65, 3, "Registers")]
    [InlineData("sm_80", 256, 0, 128, 2, "Registers")]
    [InlineData("sm_80", 256, 0, 255, 1, "Registers")]
    [InlineData("sm_80", 1024, 0, 64, 1, "Registers")]
    [InlineData("sm_80", 1024, 0, 65, 0, "Registers")]
    [InlineData("sm_80", 32, 0, 32, 32, "Threads")]
    [InlineData("sm_80", 33, 0, 16, 32, "Threads")]
    [InlineData("sm_80", 96, 0, 40, 16, "Registers")]
    [InlineData("sm_80", 768, 0, 24, 2, "Threads")]
    [InlineData("sm_80", 128, 48 * 1024, 32, 3, "Shared")]
    [InlineData("sm_80", 128, 163 * 1024, 32, 1, "Shared")]
    [InlineData("sm_80", 128, 163 * 1024 + 1, 32, 0, "Shared")]
    [InlineData("sm_90", 128, 48 * 1024, 32, 4, "Shared")]
    [InlineData("sm_90", 128, 227 * 1024, 32, 1, "Shared")]
    [InlineData("sm_90", 128, 227 * 1024 + 1, 32, 0, "Shared")]
    public void So_many_groups_fit(string architecture, int threads, int shared, int registers, int groups, string limit)
    {
        var occupancy = GpuTarget.All.Single(target => target.Architecture == architecture).Occupancy(threads, shared, registers);
        Assert.Equal((groups, limit, registers), (occupancy.Blocks, occupancy.Limit.ToString(), occupancy.Registers));
    }

    [Fact]
    public void Registers_that_are_not_known_are_no_limit() => Assert.Equal(new Occupancy(8, OccupancyLimit.Threads, null), GpuTarget.Ampere.Occupancy(256, 0, null));
}
