using TttGen.Training.Optimisation;

namespace TttGen.Training.Tests;

public sealed class ScheduleTests
{
    private static readonly RateSchedule Schedule = new(3e-3, 1e-5, 0.1);

    [Fact]
    public void The_rate_rises_linearly_to_its_peak()
    {
        for (var step = 1; step <= 10; step++)
            Assert.Equal(3e-3 * step / 10, Schedule.At(step / 100.0), 1e-15);
    }

    [Fact]
    public void Then_it_falls_along_half_a_cosine_to_the_final_rate()
    {
        for (var step = 10; step <= 100; step++)
            Assert.Equal(1e-5 + (3e-3 - 1e-5) * (1 + Math.Cos(Math.PI * (step - 10) / 90)) / 2, Schedule.At(step / 100.0), 1e-15);
        Assert.Equal(1e-5, Schedule.At(1), 1e-18);
        Assert.Equal((3e-3 + 1e-5) / 2, Schedule.At(0.55), 1e-15);
    }

    [Fact]
    public void Without_warm_up_the_first_rate_is_nearly_the_peak() => Assert.Equal(3e-3, new RateSchedule(3e-3, 1e-5, 0).At(1e-9), 1e-12);

    [Fact]
    public void The_inner_rate_rises_over_the_warm_up_and_stays()
    {
        Assert.Equal([0.01, 0.055, 0.1, 0.1, 0.1], new[] { 0, 0.05, 0.1, 0.5, 1 }.Select(static progress => Math.Round(Schedule.Warmed(progress, 0.01, 0.1), 12)));
    }
}
