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
