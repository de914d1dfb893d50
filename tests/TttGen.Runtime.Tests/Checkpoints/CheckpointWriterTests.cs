using System.Buffers.Binary;
using System.Text.Json;
using TttGen.Checkpoints;
using TttGen.Inference;

namespace TttGen.Runtime.Tests.Checkpoints;

public sealed class CheckpointWriterTests : IDisposable
{
    private static readonly ParameterInfo[] Parameters =
        [new("model.embed", [300, 768]), new("b1", [12, 1, 64]), new("none", [0, 3]), new("one", []), new("wide", [2, 100_001]), new("last", [5])];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(DType.F32)]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void What_is_written_is_read(DType type)
    {
        CheckpointWriter.Write(_directory["new/directory"], [], Parameters, Fill, type);
        using Checkpoint checkpoint = Checkpoint.Open(_directory["new/directory"]);

        checkpoint.Check(Parameters, "Test");
        foreach (ParameterInfo parameter in Parameters)
        {
            float[] values = new float[parameter.Count];
            checkpoint.Read(parameter.Key, 0, values);
            Assert.Equal([.. Enumerable.Range(0, values.Length).Select(i => Value(parameter, i))], values);
            Assert.Equal(type, checkpoint.Tensors[parameter.Key].Type);
        }
    }

    [Fact]
    public void The_source_is_asked_for_whole_rows()
    {
        CheckpointWriter.Write(_directory.Root, [], Parameters, (parameter, first, to) =>
        {
            int row = parameter.Shape.Count == 0 ? 1 : parameter.Shape[^1];
            Assert.Equal((0, 0), (first % row, to.Length % row));
            Fill(parameter, first, to);
        });
    }

    [Fact]
    public void Pieces_are_written_as_one_tensor_and_read_apart()
    {
        ParameterInfo[] pieces = [new("a.weight[0]", [3, 5]), new("b", [2]), new("a.weight[2]", [4, 5]), new("a.weight[1]", [1, 5])];
        CheckpointWriter.Write(_directory.Root, [], pieces, Fill);
        using Checkpoint checkpoint = Checkpoint.Open(_directory.Root);

        checkpoint.Check(pieces, "Test");
        Assert.Equal([8L, 5L], checkpoint.Tensors["a.weight"].Shape);
        Assert.Equal(["a.weight", "b"], checkpoint.Tensors.Keys.Order());
        Assert.Equal(checkpoint.Tensors.Keys.Order(), pieces.Select(piece => piece.TensorKey).Distinct().Order());
        foreach (ParameterInfo piece in pieces)
        {
            float[] values = new float[piece.Count];
            checkpoint.Read(piece.Key, 0, values);
            Assert.Equal([.. Enumerable.Range(0, values.Length).Select(i => Value(piece, i))], values);
        }
        float[] whole = new float[40];
        checkpoint.Read("a.weight", 0, whole);
        Assert.Equal([.. Enumerable.Range(0, 5).Select(i => Value(pieces[3], i))], whole[15..20]);
    }

    [Theory]
    [InlineData("a[0]", 3, "a[2]", 3, "a: expected a parameter that is its piece 1, found a[0], a[2]")]
    [InlineData("a[0]", 3, "a[1]", 4, "a: expected pieces that differ in their first axis only, found [2, 3] and [2, 4]")]
    public void Pieces_that_make_no_tensor_are_refused(string first, int columns, string second, int otherColumns, string message) =>
        Assert.Contains(message, Assert.Throws<TttException>(() => CheckpointWriter.Write(_directory.Root, [], [new(first, [2, columns]), new(second, [2, otherColumns])], Fill)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_file_is_laid_out_as_the_format_says()
    {
        CheckpointWriter.Write(_directory.Root, [], [new("a", [2, 1]), new("b", [1])], (_, first, to) => to.Fill(first + 1));
        byte[] file = File.ReadAllBytes(_directory["model.safetensors"]);
        int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);

        using JsonDocument header = JsonDocument.Parse(file.AsMemory(8, length));
        Assert.Equal(0, length % 8);
        Assert.True(JsonElement.DeepEquals(header.RootElement, JsonElement.Parse(
            """
            {"__metadata__": {"format": "pt"}, "a": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}, "b": {"dtype": "F32", "shape": [1], "data_offsets": [8, 12]}}
            """)));
        Assert.Equal(8 + length + 12, file.Length);
        Assert.Equal(1, BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(8 + length + 8)));
    }

    [Fact]
    public void Config_keeps_the_keys_of_the_original_and_takes_the_models_values()
    {
        CheckpointConfig original = CheckpointConfig.Parse("""{"zebra": {"b": [1, 2.50]}, "hidden_size": 1, "torch_dtype": "float32", "bos_token_id": 1}"""u8.ToArray());
        CheckpointWriter.Write(_directory.Root, [new ConfigEntry("hidden_size", "768"), new ConfigEntry("use_gate", "true")], [], Fill, DType.BF16, original);

        using JsonDocument written = JsonDocument.Parse(File.ReadAllText(_directory["config.json"]));
        Assert.True(JsonElement.DeepEquals(written.RootElement, JsonElement.Parse(
            """{"model_type": "ttt", "zebra": {"b": [1, 2.50]}, "hidden_size": 768, "torch_dtype": "bfloat16", "bos_token_id": 1, "use_gate": true}""")));
    }

    [Fact]
    public void A_model_type_that_is_given_stays()
    {
        CheckpointWriter.Write(_directory.Root, [new ConfigEntry("model_type", "\"llama\"")], [], Fill);
        Assert.Equal("llama", CheckpointConfig.Load(_directory["config.json"]).String("model_type"));
    }

    [Fact]
    public void A_write_that_fails_leaves_the_old_checkpoint_and_nothing_else()
    {
        CheckpointWriter.Write(_directory.Root, [new ConfigEntry("step", "1")], [new("w", [70_000])], static (_, _, to) => to.Fill(1));
        Assert.Throws<TimeoutException>(() => CheckpointWriter.Write(
            _directory.Root, [new ConfigEntry("step", "2")], [new("w", [2, 70_000])], static (_, first, to) =>
            {
                if (first > 0) throw new TimeoutException();
                to.Fill(2);
            }));

        using Checkpoint checkpoint = Checkpoint.Open(_directory.Root);
        float[] values = new float[70_000];
        checkpoint.Read("w", 0, values);
        Assert.All(values, static x => Assert.Equal(1, x));
        Assert.Equal(1, checkpoint.Config.Int("step"));
        Assert.Equal(["config.json", "model.safetensors"], Directory.GetFiles(_directory.Root).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void A_checkpoint_can_be_written_over_the_one_being_read()
    {
        CheckpointWriter.Write(_directory.Root, [], Parameters, Fill);
        using (Checkpoint old = Checkpoint.Open(_directory.Root))
            CheckpointWriter.Write(_directory.Root, [], Parameters, (parameter, first, to) => old.Read(parameter.Key, first, to), DType.BF16, old.Config);

        using Checkpoint checkpoint = Checkpoint.Open(_directory.Root);
        float[] values = new float[5];
        checkpoint.Read("last", 0, values);
        Assert.Equal([.. Enumerable.Range(0, 5).Select(i => Value(Parameters[^1], i))], values);
    }

    [Fact]
    public void A_place_that_can_not_be_written_is_named()
    {
        _directory.With("file", "");
        var error = Assert.Throws<CheckpointException>(() => CheckpointWriter.Write(_directory["file/below"], [], Parameters, Fill));
        Assert.Contains("file/below: the checkpoint can't be written", error.Message);
    }

    [Fact]
    public void A_second_writer_to_the_same_place_is_refused()
    {
        CheckpointWriter.Write(_directory.Root, [], [new("w", [1])], (_, _, to) =>
        {
            Assert.Throws<CheckpointException>(() => CheckpointWriter.Write(_directory.Root, [], [new("w", [1])], static (_, _, to) => to.Fill(2)));
            to.Fill(1);
        });

        using Checkpoint checkpoint = Checkpoint.Open(_directory.Root);
        float[] value = new float[1];
        checkpoint.Read("w", 0, value);
        Assert.Equal(1, value[0]);
    }

    private static void Fill(ParameterInfo parameter, long first, Span<float> to)
    {
        for (int i = 0; i < to.Length; i++) to[i] = Value(parameter, first + i);
    }

    /// <summary>Small eighths: exact in every type.</summary>
    private static float Value(ParameterInfo parameter, long i) => (i * 7 + parameter.Key.Length) % 101 / 8f - 3;
}
