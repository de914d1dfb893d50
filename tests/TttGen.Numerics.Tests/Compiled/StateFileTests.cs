using System.Buffers.Binary;
using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;
using TttGen.Runtime.Tests.Checkpoints;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>State files: what is not whole, or not of this model, is refused in one line, and the state stays as it was.</summary>
public sealed class StateFileTests : IDisposable
{
    private readonly TemporaryDirectory _files = new();
    private readonly GoldenCase _golden = new("linear-mamba");
    private readonly CompiledModel _model;
    private readonly SequenceState _state;
    private readonly byte[] _whole;

    public StateFileTests()
    {
        _model = LinearMamba.Load(_golden.Directory, new ModelOptions { Threads = 1 });
        _state = _model.CreateState();
        _model.Prefill(_state, [.. Enumerable.Range(0, 21)], new float[97]);
        _state.Save(_files["state"]);
        _whole = File.ReadAllBytes(_files["state"]);
    }

    [Fact]
    public void A_restored_state_goes_on_bit_by_bit()
    {
        using var restored = _model.CreateState();
        restored.Restore(_files["state"]);
        Assert.Equal(21, restored.Position);
        Assert.Equal(Next(_state), Next(restored));
    }

    [Fact]
    public void A_file_that_ends_early_anywhere_is_refused()
    {
        for (var length = 0; length < _whole.Length; length += length < 200 ? 1 : 997) Refused(_whole[..length]);
        Refused([.. _whole, 0]);
    }

    [Fact]
    public void A_file_with_a_bit_flipped_anywhere_is_refused()
    {
        for (var at = 0; at < _whole.Length; at += at < 200 ? 1 : 499)
        {
            var damaged = _whole.ToArray();
            damaged[at] ^= (byte)(1 << at % 8);
            Refused(damaged);
        }
    }

    [Fact]
    public void Another_models_state_is_refused()
    {
        using var other = SmallModel.All["MlpBySix"].Load();
        using var foreign = other.CreateState();
        foreign.Save(_files["foreign"]);
        var error = Assert.Throws<TttException>(() => _state.Restore(_files["foreign"]));
        Assert.Matches("^.*foreign: expected a state of LinearMamba \\(.*\\), found one of MlpBySix \\(.*\\); restore it with the model that saved it$", error.Message);
    }

    [Fact]
    public void A_state_of_other_weights_is_refused()
    {
        using var other = LinearMamba.Load(OtherWeights(), new ModelOptions { Threads = 1 });
        using var foreign = other.CreateState();
        var error = Assert.Throws<TttException>(() => foreign.Restore(_files["state"]));
        Assert.EndsWith("found one of other weights of the same model; restore it with the checkpoint that saved it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_an_older_build_that_names_no_weights_is_read()
    {
        const string Mark = "; weights ";
        var length = BinaryPrimitives.ReadInt32LittleEndian(_whole.AsSpan(12));
        var text = System.Text.Encoding.UTF8.GetString(_whole.AsSpan(32, length));
        var old = System.Text.Encoding.UTF8.GetBytes(text[..text.IndexOf(Mark, StringComparison.Ordinal)] + ")");
        byte[] file = [.. _whole.AsSpan(0, 32), .. old, .. _whole.AsSpan(32 + length)];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(12), old.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(file.Length - 4), Crc32C(file.AsSpan(0, file.Length - 4)));
        File.WriteAllBytes(_files["old"], file);
        using var restored = _model.CreateState();
        restored.Restore(_files["old"]);
        Assert.Equal(21, restored.Position);
        Assert.Equal(Next(_state), Next(restored));
    }

    [Fact]
    public void Any_other_file_is_refused()
    {
        Refused("Call me Ishmael.\nSome years ago"u8.ToArray());
        Refused([]);
        Assert.Contains("can't be read", Assert.Throws<TttException>(() => _state.Restore(_files["absent"])).Message, StringComparison.Ordinal);
        Assert.Contains("can't be read", Assert.Throws<TttException>(() => _state.Restore(_files.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_that_can_not_be_written_is_told_and_leaves_nothing()
    {
        var error = Assert.Throws<TttException>(() => _state.Save(_files["absent/state"]));
        Assert.Contains("absent/state: the state can't be written", error.Message, StringComparison.Ordinal);
        Assert.Equal(["state"], Directory.EnumerateFileSystemEntries(_files.Root).Select(Path.GetFileName));
    }

    private void Refused(byte[] content)
    {
        File.WriteAllBytes(_files["bad"], content);
        var before = Next(_state);
        var error = Assert.Throws<TttException>(() => _state.Restore(_files["bad"]));
        Assert.StartsWith(_files["bad"], error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(21, _state.Position);
        Assert.Equal(before, Next(_state));
    }

    /// <summary>A checkpoint of the same model, one of its inner weights another.</summary>
    private string OtherWeights()
    {
        var to = Directory.CreateDirectory(_files["other"]).FullName;
        foreach (var file in Directory.EnumerateFiles(_golden.Directory)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        var path = Path.Combine(to, "model.safetensors");
        var bytes = File.ReadAllBytes(path);
        var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var head = System.Text.Json.JsonDocument.Parse(bytes.AsMemory(8, length));
        var tensor = head.RootElement.EnumerateObject().First(t => t.Name.EndsWith("W1", StringComparison.Ordinal)).Value;
        var at = 8 + length + (int)tensor.GetProperty("data_offsets")[0].GetInt64();
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at)) + 1);
        File.WriteAllBytes(path, bytes);
        return to;
    }

    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        foreach (var b in bytes) sum = System.Numerics.BitOperations.Crc32C(sum, b);
        return ~sum;
    }

    /// <summary>What the state would answer, itself left alone.</summary>
    private float[] Next(SequenceState state)
    {
        var logits = new float[97];
        using var fork = state.Fork();
        _model.Decode(fork, 50, logits);
        return logits;
    }

    public void Dispose()
    {
        _state.Dispose();
        _model.Dispose();
        _golden.Dispose();
        _files.Dispose();
    }
}
