using System.Diagnostics;

namespace TttGen.Ownership.Tests;

/// <summary>Scenarios in processes of their own: one that dies is a failure of its test, not the end of all tests.</summary>
public sealed class ProcessTests
{
    [Theory]
    [InlineData(nameof(Scenarios.States_that_die_in_Save), 10_000)]
    [InlineData(nameof(Scenarios.Models_that_die_in_Prefill), 300)]
    [InlineData(nameof(Scenarios.Trainings_that_die_in_Save), 300)]
    [InlineData(nameof(Scenarios.Carries_that_die_while_their_numbers_are_read), 300)]
    [InlineData(nameof(Scenarios.States_disposed_of_in_calls), 10_000)]
    [InlineData(nameof(Scenarios.Models_disposed_of_in_calls), 1_000)]
    [InlineData(nameof(Scenarios.States_disposed_of_during_calls), 300)]
    [InlineData(nameof(Scenarios.Models_disposed_of_during_calls), 100)]
    [InlineData(nameof(Scenarios.Trainables_disposed_of_during_calls), 50)]
    [InlineData(nameof(Scenarios.Eight_threads_on_one_model), 2_000)]
    [InlineData(nameof(Scenarios.Eight_threads_on_one_state), 20_000)]
    [InlineData(nameof(Scenarios.Eight_threads_on_one_trainable), 500)]
    public async Task Memory_outlives_the_calls_that_use_it(string scenario, int count)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(ProcessTests).Assembly.Location, scenario, $"{count}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Code that has not been optimised yet keeps objects alive for longer than it uses them.
        start.Environment["DOTNET_TieredCompilation"] = "0";

        // The C library writes over memory that is freed.
        start.Environment["MALLOC_PERTURB_"] = "85";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0 && output == "whole\n", $"exit code {process.ExitCode}: {output}{await error}");
    }
}
