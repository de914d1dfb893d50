using System.Text;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TttGen.Checkpoints;
using static TttGen.Runtime.Tests.Checkpoints.SafetensorsBytes;

namespace TttGen.Runtime.Tests.Checkpoints;

/// <summary>
/// Whatever the bytes, a reader gives a result that is consistent with them or one line that says why not: no other exception, no hang, no memory beyond the file's
/// own size, nothing read past its end.
/// </summary>
public sealed class ReaderProperties : IDisposable
{
    private const string Config = """{"model_type":"ttt","hidden_size":1024,"rope_theta":1e4,"use_gate":true,"ttt_layer_type":"mlp","x":[1,{"y":null}],"num_hidden_layers":24}""";

    private static readonly byte[] Valid = Of(
        ("model.norm.weight", "F32", [2, 3], F32(1, 2, 3, 4, 5, 6)), ("b1", "BF16", [2, 1, 2], BF16(1, 2, 3, 4)), ("none", "F16", [0, 4], []), ("ids", "I64", [2], I64(7, 8)));

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Property(MaxTest = 500)]
    public void Random_bytes_are_read_or_refused(byte[] bytes) => ReadOrRefuse(bytes);

    [Property(MaxTest = 500)]
    public void Random_headers_are_read_or_refused(NonNull<string> header, byte[] data) => ReadOrRefuse(WithHeader(header.Get, data));

    [Property(MaxTest = 3000)]
    public Property A_damaged_file_is_read_or_refused() => Prop.ForAll(Damaged(Valid), ReadOrRefuse);

    [Property(MaxTest = 2000)]
    public Property A_damaged_config_is_read_or_refused() => Prop.ForAll(Damaged(Encoding.UTF8.GetBytes(Config)), static bytes =>
    {
        OneLineOr(() =>
        {
            CheckpointConfig config = CheckpointConfig.Parse(bytes);
            foreach (string key in config.Entries.Select(static entry => entry.Key).Append("absent"))
            {
                OneLineOr(() => config.Int(key));
                OneLineOr(() => Assert.True(double.IsFinite(config.Double(key))));
                OneLineOr(() => config.Bool(key));
                OneLineOr(() => config.String(key));
            }

            OneLineOr(() => config.Check([new("hidden_size", "1024"), new("rope_theta", "10000.0"), new("use_gate", "true"), new("ttt_layer_type", "\"mlp\"")], "Test"));
        });
    });

    [Property(MaxTest = 500)]
    public void Random_configs_are_read_or_refused(byte[] bytes) => OneLineOr(() => CheckpointConfig.Parse(bytes));

    [Property(MaxTest = 300)]
    public Property A_damaged_index_is_read_or_refused() => Prop.ForAll(Damaged("""{"metadata":{},"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}"""u8.ToArray()), bytes =>
    {
        _directory.With("config.json", Config).With("model.safetensors.index.json", bytes)
            .With("one.safetensors", Of(("a", "F32", [1], F32(1)))).With("two.safetensors", Of(("b", "F32", [1], F32(2))));
        OneLineOr(() => Checkpoint.Open(_directory.Root).Dispose());
    });

    [Property(MaxTest = 300)]
    public Property What_is_written_is_read() => Prop.ForAll(Arb.From(Parameters()), parameters =>
    {
        var values = parameters.ToDictionary(static p => p.Key, static p => Enumerable.Range(0, (int)p.Count).Select(i => (i * 31 + p.Key.Length) % 64 - 20f).ToArray());
        foreach (DType type in new[] { DType.F32, DType.F16, DType.BF16 })
        {
            CheckpointWriter.Write(_directory.Root, [], parameters, (p, first, to) => values[p.Key].AsSpan((int)first, to.Length).CopyTo(to), type);
            using Checkpoint checkpoint = Checkpoint.Open(_directory.Root);
            checkpoint.Check(parameters, "Test");
            foreach (var (key, expected) in values)
            {
                float[] read = new float[expected.Length];
                checkpoint.Read(key, 0, read);
                Assert.Equal(expected, read);
            }
        }
    });

    private static Gen<ParameterInfo[]> Parameters() =>
        from count in Gen.Choose(0, 6)
        from names in Gen.ArrayOf(ArbMap.Default.GeneratorFor<NonNull<string>>(), count)
        from shapes in Gen.ArrayOf(Gen.Choose(0, 4).SelectMany(rank => Gen.ArrayOf(Gen.Choose(0, 6), rank)), count)
            // Half a surrogate pair is no text, so no key; the number makes keys distinct.
        select names.Select((name, i) => new ParameterInfo($"{i}{new string([.. name.Get.Where(static c => !char.IsSurrogate(c))])}", shapes[i])).ToArray();

    /// <summary>A few bytes changed, put in or taken out, or the end cut off; numbers grown: what disks, networks and adversaries do.</summary>
    private static Arbitrary<byte[]> Damaged(byte[] valid) => Arb.From(
        from edits in Gen.NonEmptyListOf(Gen.Choose(0, 5).SelectMany(kind => Gen.Choose(0, valid.Length - 1).SelectMany(at => Gen.Choose(0, 255).Select(value => (kind, at, value)))))
        select edits.Take(4).Aggregate(valid, static (bytes, edit) =>
        {
            int at = Math.Min(edit.at, Math.Max(0, bytes.Length - 1));
            return edit.kind switch
            {
                0 when bytes.Length > 0 => [.. bytes[..at], (byte)edit.value, .. bytes[(at + 1)..]],
                1 => [.. bytes[..at], (byte)edit.value, .. bytes[at..]],
                2 when bytes.Length > 0 => [.. bytes[..at], .. bytes[(at + 1)..]],
                3 => bytes[..at],
                4 => [.. bytes[..at], .. "99999999999"u8[..(edit.value % 11 + 1)], .. bytes[at..]],
                _ => [.. bytes[..at], "\"{}[],:-0\\u"u8[edit.value % 11], .. bytes[Math.Min(at + 1, bytes.Length)..]],
            };
        }));

    private void ReadOrRefuse(byte[] bytes)
    {
        string path = _directory.With("damaged.safetensors", bytes)["damaged.safetensors"];
        long before = GC.GetAllocatedBytesForCurrentThread();
        OneLineOr(() =>
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            foreach (TensorEntry tensor in file.Tensors.Values)
            {
                Assert.InRange(tensor.Offset, 8, bytes.Length);
                Assert.InRange(tensor.Offset + tensor.Bytes, tensor.Offset, bytes.Length);
                Assert.Equal(tensor.Count, tensor.Shape.Contains(0) ? 0 : tensor.Shape.Aggregate(1L, static (count, size) => checked(count * size)));
                OneLineOr(() => file.Read(tensor.Key, 0, new float[tensor.Count]));
            }

            Assert.Equal(bytes.Length, 8 + BitConverter.ToInt64(bytes) + file.Tensors.Values.Sum(static tensor => tensor.Bytes));
        });
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000 + 100L * bytes.Length);
    }

    private static void OneLineOr(Action act)
    {
        try
        {
            act();
        }
        catch (TttException error)
        {
            Assert.DoesNotContain(error.Message, static c => c is '\n' or '\r');
            Assert.InRange(error.Message.Length, 20, 300);
        }
    }
}
