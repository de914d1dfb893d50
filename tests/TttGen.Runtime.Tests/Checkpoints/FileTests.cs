using System.Diagnostics;
using TttGen.Checkpoints;
using TttGen.Inference;
using static TttGen.Runtime.Tests.Checkpoints.SafetensorsBytes;

namespace TttGen.Runtime.Tests.Checkpoints;

/// <summary>What stands where a file is expected, and what errors say of it.</summary>
public sealed class FileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_pipe_is_no_checkpoint_and_is_not_waited_for()
    {
        if (!OperatingSystem.IsLinux()) return;
        MakePipe("config.json");
        Assert.Contains("found a pipe or a device", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_directory.Root)).Message);
        File.Delete(_directory["config.json"]);
        _directory.With("config.json", "{}");
        MakePipe("model.safetensors");
        Assert.Contains("found a pipe or a device", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_directory.Root)).Message);
    }

    [Fact]
    public void A_file_is_not_put_in_a_devices_place()
    {
        if (!OperatingSystem.IsLinux()) return;
        MakePipe("pipe");
        Assert.Throws<IOException>(() => Write(_directory["pipe"], "text"));
        Assert.Equal(FileKind.Other, FileKinds.Of(_directory["pipe"]));
        Assert.Throws<IOException>(() => Write("/dev/null", "text"));
        Assert.Throws<IOException>(() => Write(_directory.Root, "text"));
    }

    [Fact]
    public void A_link_keeps_leading_to_the_file_that_is_written()
    {
        _directory.With("file", "old");
        File.CreateSymbolicLink(_directory["link"], _directory["file"]);
        Write(_directory["link"], "new");
        Assert.Equal("new", File.ReadAllText(_directory["file"]));
        Assert.NotNull(new FileInfo(_directory["link"]).LinkTarget);
    }

    [Fact]
    public void A_link_at_the_temporary_name_is_not_followed()
    {
        _directory.With("precious", "precious");
        File.CreateSymbolicLink(_directory["file.partial"], _directory["precious"]);
        Write(_directory["file"], "new");
        Assert.Equal("precious", File.ReadAllText(_directory["precious"]));
        Assert.Equal("new", File.ReadAllText(_directory["file"]));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void Weights_that_are_no_numbers_are_refused_at_their_place(float weight)
    {
        _directory.With("config.json", "{}").With("model.safetensors", Of(("a", "F32", [3], F32(1, 2, weight))));
        using Checkpoint checkpoint = Checkpoint.Open(_directory.Root);
        Assert.Contains("at element 2", Assert.Throws<CheckpointException>(() => checkpoint.ReadWeights("a", 1, new float[2])).Message);
        checkpoint.ReadWeights("a", 0, new float[2]);
    }

    [Theory]
    [InlineData("rope_theta", "0")]
    [InlineData("rope_theta", "-1")]
    [InlineData("rms_norm_eps", "-1")]
    public void Settings_that_no_model_computes_with_are_refused(string key, string value)
    {
        var config = CheckpointConfig.Parse(System.Text.Encoding.UTF8.GetBytes($"{{\"{key}\":{value}}}"));
        Assert.Contains($"{key}: expected a number", Assert.Throws<CheckpointException>(() => ModelSettings.Of(config, key, 1)).Message);
        Assert.Contains($"{key}: expected a number", Assert.Throws<TttException>(() => ModelSettings.Checked(key, double.Parse(value))).Message);
        Assert.Equal(0.5, ModelSettings.Of(null, key, 0.5));
    }

    [Fact]
    public void An_error_is_one_line_of_300_characters_that_begins_and_ends_as_it_was()
    {
        var error = new TttException("the thing\nis " + new string('x', 1_000_000) + "; the way out").Message;
        Assert.StartsWith("the thing is x", error);
        Assert.EndsWith("; the way out", error);
        Assert.InRange(error.Length, 100, 300);
        Assert.InRange(OneLine.Path(new string('\n', 5000)).Length, 20, 120);
        Assert.EndsWith("/model.json", OneLine.Path(new string('d', 5000) + "/model.json"));
    }

    private static void Write(string path, string text)
    {
        using var files = new AtomicFiles();
        files.Create(path).Write(System.Text.Encoding.UTF8.GetBytes(text));
        files.Commit();
    }

    private void MakePipe(string name)
    {
        using var process = Process.Start("mkfifo", _directory[name]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
