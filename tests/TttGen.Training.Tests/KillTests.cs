using System.Diagnostics;

namespace TttGen.Training.Tests;

/// <summary>Trainings in processes of their own, which are ended without warning.</summary>
public sealed class KillTests : RunTests
{
    private const int Steps = 400;

    [Theory]
    [InlineData("--save-every", "1")]
    [InlineData("--save-every", "7", "--carry", "32", "--packed")]
    public void A_training_whose_processes_are_killed_goes_on_bit_for_bit(params string[] options)
    {
        using (var process = Run(0, "whole", options))
            process.WaitForExit();
        var random = new Random(options.Length);
        for (var (killed, told) = (0, 0L); killed < 6; killed++)
        {
            using var process = Run(5, "run", killed == 0 ? options : ["--resume"]);

            // Until it is further than the one before; then wherever it is, in a step or in a checkpoint being written.
            while (Told() <= told && !process.HasExited)
                Thread.Sleep(1);
            Thread.Sleep(random.Next(60));
            Assert.False(process.HasExited, $"process {killed} ended of itself");
            process.Kill();
            process.WaitForExit();
            Assert.Equal(128 + 9, process.ExitCode);
            told = Told();
        }
        using (var process = Run(0, "run", "--resume"))
        {
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }

        var whole = new TrainingFolder(Files["whole"]);
        Assert.Equal(Metrics(whole), Metrics(Folder));
        Assert.Equal(ResumeTests.Numbers(whole), ResumeTests.Numbers(Folder));
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole.Model, "model.safetensors")), File.ReadAllBytes(Path.Combine(Folder.Model, "model.safetensors")));
    }

    // Bytes of metrics: looked at from outside, without opening the file.
    private long Told() => new FileInfo(Folder.Metrics) is { Exists: true } file ? file.Length : 0;

    private Process Run(int delay, string folder, params string[] options)
    {
        string[] began = options is ["--resume"] ? [] : [.. Texts, "--steps", $"{Steps}", "--context", "16", "--batch", "2", "--learning-rate", "0.05"];
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(KillTests).Assembly.Location, "train", .. began, "--out", Files[folder], "--eval-every", "20", .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[SmallModel.Delay] = $"{delay}";
        return Process.Start(start)!;
    }
}
