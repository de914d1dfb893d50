using TttGen.Checkpoints;
using static TttGen.Runtime.Tests.Checkpoints.SafetensorsBytes;

namespace TttGen.Runtime.Tests.Checkpoints;

public sealed class CheckpointTests : IDisposable
{
    private const string Config = """{"model_type":"ttt","hidden_size":2}""";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_single_file_is_read()
    {
        _directory.With("config.json", Config).With("model.safetensors", Of(("a", "F32", [2], F32(1, 2)), ("b", "I64", [1], I64(5))));
        using Checkpoint checkpoint = Checkpoint.Open(_directory.Root);

        Assert.Equal([1, 2], Read(checkpoint, "a"));
        long[] b = new long[1];
        checkpoint.ReadInt64("b", 0, b);
        Assert.Equal(5, b[0]);
        Assert.Equal(16, checkpoint.Bytes);
        Assert.Equal(2, checkpoint.Config.Int("hidden_size"));
    }

    [Fact]
    public void Shards_are_read_as_one_checkpoint()
    {
        Shards("""{"metadata":{"total_size":12},"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}""");
        using Checkpoint checkpoint = Checkpoint.Open(_directory.Root);

        Assert.Equal([1, 2], Read(checkpoint, "a"));
        Assert.Equal([3], Read(checkpoint, "b"));
        Assert.Equal(12, checkpoint.Bytes);
        Assert.Contains("none of that name among 2", Assert.Throws<CheckpointException>(() => Read(checkpoint, "a", "c")).Message);
    }

    [Fact]
    public void A_shard_that_the_index_does_not_name_is_not_read()
    {
        Shards("""{"weight_map":{"a":"one.safetensors"}}""");
        using Checkpoint checkpoint = Checkpoint.Open(_directory.Root);

        Assert.Equal(["a"], checkpoint.Tensors.Keys);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"one.safetensors","b":"one.safetensors"}}""", "b: expected in one.safetensors, not found there")]
    [InlineData("""{"weight_map":{"a":"one.safetensors","b":"three.safetensors"}}""", "three.safetensors: expected a safetensors file, found none")]
    [InlineData("""{"weight_map":{"a":"two.safetensors","b":"two.safetensors"}}""", "a: expected in two.safetensors, not found there")]
    [InlineData("""{"weight_map":{"b":"two.safetensors","c":"one.safetensors"}}""", "a is in one.safetensors, but the index does not list it")]
    [InlineData("""{"weight_map":{"a":"two.safetensors","b":"one.safetensors"}}""", "a: expected in two.safetensors only, found in one.safetensors")]
    [InlineData("""{"weight_map":{"a":"../one.safetensors"}}""", "expected a file beside the index, found '../one.safetensors'")]
    [InlineData("""{"weight_map":{"a":"/dev/zero"}}""", "expected a file beside the index")]
    [InlineData("""{"weight_map":{"a":".."}}""", "expected a file beside the index")]
    [InlineData("""{"weight_map":{"a":7}}""", "a: expected a file name, found Number")]
    [InlineData("""{"weight_map":{}}""", "weight_map is empty")]
    [InlineData("""{"weight_map":[]}""", "expected an object weight_map")]
    [InlineData("""{}""", "expected an object weight_map")]
    [InlineData("""[]""", "expected a JSON object, found Array")]
    [InlineData("""{"weight_map":{"a":"one.safetensors","a":"two.safetensors"}}""", "is not JSON")]
    [InlineData("""{"weight_map":{"\ud800":"one.safetensors"}}""", "a string that is not Unicode text")]
    [InlineData("""{"weight_map":""", "is not JSON")]
    public void An_index_that_lies_is_refused(string index, string error)
    {
        Shards(index);
        AssertOneLine(error, Assert.Throws<CheckpointException>(() => Checkpoint.Open(_directory.Root)));
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        AssertOneLine("expected a checkpoint directory, found nothing", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_directory["nowhere"])));
        AssertOneLine("config.json: expected this file, found none", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_directory.Root)));
        _directory.With("config.json", Config);
        AssertOneLine("found a file: give the directory it is in", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_directory["config.json"])));
        AssertOneLine("expected model.safetensors or model.safetensors.index.json, found neither", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_directory.Root)));
        _directory.With("pytorch_model.bin", "");
        AssertOneLine("convert it to safetensors", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_directory.Root)));
    }

    [Fact]
    public void Exactly_the_expected_tensors_pass_the_check()
    {
        using Checkpoint checkpoint = Open(("w", "BF16", [2, 1, 3], new byte[12]), ("s", "F16", [], new byte[2]));
        checkpoint.Check([new ParameterInfo("s", []), new ParameterInfo("w", [2, 1, 3])], "Tiny");
    }

    [Fact]
    public void A_misshapen_missing_mistyped_or_extra_tensor_is_said_with_what_was_expected()
    {
        using Checkpoint checkpoint = Open(("w", "F32", [2, 3], new byte[24]), ("i", "I64", [1], new byte[8]));

        Refused("w: expected [3, 2], found [2, 3]", new ParameterInfo("w", [3, 2]), new ParameterInfo("i", [1]));
        Refused("w: expected [2, 1, 3], found [2, 3]", new ParameterInfo("w", [2, 1, 3]), new ParameterInfo("i", [1]));
        Refused("w: expected [6], found [2, 3] (and 2 more)", new ParameterInfo("w", [6]), new ParameterInfo("other", [6]));
        Refused("other: expected [6], found no such tensor", new ParameterInfo("w", [2, 3]), new ParameterInfo("i", [1]), new ParameterInfo("other", [6]));
        Refused("i: expected F32, F16 or BF16, found I64", new ParameterInfo("w", [2, 3]), new ParameterInfo("i", [1]));
        Refused("i: expected no such tensor, found [1]", new ParameterInfo("w", [2, 3]));

        void Refused(string error, params ParameterInfo[] expected) =>
            AssertOneLine("does not fit model Tiny: " + error, Assert.Throws<CheckpointException>(() => checkpoint.Check(expected, "Tiny")));
    }

    [Fact]
    public void A_checkpoint_of_another_preset_is_recognised_by_its_tensors()
    {
        var tensors = new List<(string, string, long[], byte[])> { ("model.norm.weight", "F16", [1024], new byte[2048]) };
        for (int layer = 0; layer < 24; layer++) tensors.Add(($"model.layers.{layer}.seq_norm.weight", "F16", [1024], new byte[2048]));
        tensors.Add(("model.layers.0.seq_modeling_block.ttt_norm_weight", "F16", [16, 64], new byte[2048]));
        tensors.Add(("model.layers.0.mlp.up_proj.weight", "F16", [2736, 1024], new byte[2736 * 2048]));
        using Checkpoint checkpoint = Open([.. tensors]);

        var error = Assert.Throws<CheckpointException>(() => checkpoint.Check([new ParameterInfo("model.layers.0.mlp.up_proj.weight", [2048, 768])], "Ttt125M"));
        AssertOneLine("model.layers.0.mlp.up_proj.weight: expected [2048, 768], found [2736, 1024] (and 26 more); this checkpoint looks like preset 350m", error);
    }

    [Fact]
    public void A_checkpoint_of_another_inner_model_is_recognised_too()
    {
        var tensors = new List<(string, string, long[], byte[])> { ("model.norm.weight", "F16", [768], new byte[1536]) };
        for (int layer = 0; layer < 12; layer++) tensors.Add(($"model.layers.{layer}.seq_norm.weight", "F16", [1], new byte[2]));
        foreach (var (name, size) in new[] { ("seq_modeling_block.ttt_norm_weight", 12), ("seq_modeling_block.W1", 1), ("seq_modeling_block.W2", 1), ("seq_modeling_block.conv_q.weight", 1), ("mlp.up_proj.weight", 2048) })
            tensors.Add(($"model.layers.0.{name}", "F16", [size], new byte[2 * size]));
        using Checkpoint checkpoint = Open([.. tensors]);

        AssertOneLine("this checkpoint looks like preset 125m (TTT-MLP, Mamba backbone)", Assert.Throws<CheckpointException>(() => checkpoint.Check([], "Ttt125M")));
    }

    [Theory]
    [InlineData("self_attn.k_proj.weight", "this checkpoint looks like preset 125m (Llama): load it with that preset's model")]
    [InlineData("self_attn.q_norm.weight", "this checkpoint looks like preset 125m: load it with that preset's model")]
    public void A_Llama_is_recognised_by_its_tensors(string other, string expected)
    {
        var tensors = new List<(string, string, long[], byte[])> { ("model.norm.weight", "F16", [768], new byte[1536]), ("model.layers.0.mlp.up_proj.weight", "F16", [2048], new byte[4096]) };
        for (int layer = 0; layer < 12; layer++) tensors.Add(($"model.layers.{layer}.self_attn.q_proj.weight", "F16", [1], new byte[2]));
        tensors.Add(("model.layers.0." + other, "F16", [1], new byte[2]));
        using Checkpoint checkpoint = Open([.. tensors]);

        AssertOneLine(expected, Assert.Throws<CheckpointException>(() => checkpoint.Check([], "Llama350M")));
    }

    [Fact]
    public void A_tied_embedding_that_was_written_twice_is_accepted_and_a_head_of_its_own_is_not()
    {
        float[] weights = [.. Enumerable.Range(0, 600_000).Select(static i => i * 0.25f)], other = [.. weights];
        other[^1]++;
        using Checkpoint twice = Open(("model.embed_tokens.weight", "F32", [2, 300_000], F32(weights)), ("lm_head.weight", "F32", [2, 300_000], F32(weights)));
        twice.Check([new ParameterInfo("model.embed_tokens.weight", [2, 300_000])], "Tied");
        using Checkpoint untied = Open(("model.embed_tokens.weight", "F32", [2, 300_000], F32(weights)), ("lm_head.weight", "F32", [2, 300_000], F32(other)));
        AssertOneLine("lm_head.weight: expected no such tensor", Assert.Throws<CheckpointException>(() => untied.Check([new ParameterInfo("model.embed_tokens.weight", [2, 300_000])], "Tied")));
        untied.Check([new ParameterInfo("model.embed_tokens.weight", [2, 300_000]), new ParameterInfo("lm_head.weight", [2, 300_000])], "Untied");
    }

    private Checkpoint Open(params (string, string, long[], byte[])[] tensors) =>
        Checkpoint.Open(_directory.With("config.json", Config).With("model.safetensors", Of(tensors)).Root);

    private void Shards(string index) => _directory.With("config.json", Config).With("model.safetensors.index.json", index)
        .With("one.safetensors", Of(("a", "F32", [2], F32(1, 2)))).With("two.safetensors", Of(("b", "F32", [1], F32(3))));

    private static void AssertOneLine(string part, TttException error)
    {
        Assert.Contains(part, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static float[] Read(Checkpoint checkpoint, string sized, string? key = null)
    {
        float[] values = new float[checkpoint.Tensors[sized].Count];
        checkpoint.Read(key ?? sized, 0, values);
        return values;
    }
}
