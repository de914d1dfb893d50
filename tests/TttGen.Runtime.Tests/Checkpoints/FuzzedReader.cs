using System.Text;
using TttGen.Checkpoints;
using TttGen.Inference;
using TttGen.Text;
using TttGen.Training;
using TttGen.Training.Data;
using static TttGen.Runtime.Tests.Checkpoints.SafetensorsBytes;

namespace TttGen.Runtime.Tests.Checkpoints;

/// <summary>A reader of files, for fuzzers: what is not right in its input is a <see cref="TttException"/> of one line, and nothing else.</summary>
/// <param name="Name">What it reads.</param>
/// <param name="Valid">An input that it reads.</param>
/// <param name="Read">Reads one, and checks what must hold of what it has read.</param>
/// <param name="Share">By how much fewer inputs it gets in a usual run, where it needs files: with TTTGEN_SLOW_TESTS=1 it gets as many as the others.</param>
public sealed record FuzzedReader(string Name, byte[] Valid, Action<byte[]> Read, int Share = 1)
{
    private const string Settings =
        """{"--held-out":"0.05","--seed":"0","--context":"8","--batch":"2","--accumulate":"1","--checkpoint-every":"32","--packed":"no","--carry":"0","--steps":"5","--minutes":"0","--learning-rate":"0.003","--final-rate":"1E-05","--warm-up":"0.1","--inner-rate-start":"none","--beta1":"0.9","--beta2":"0.95","--epsilon":"1E-08","--weight-decay":"0.1","--decay-matrices-only":"no","--clip":"1","--from":"","--set":"a=1 b=2"}""";

    private const string Header =
        """{"model":"M","layout":"00","data":"00","settings":""" + Settings + ""","texts":["a.txt"],"tokenizer":"","options":{"save_every":1,"eval_every":1,"eval_tokens":1,"watch":1,"weights":"F32"},"step":3,"tokens":48,"seconds":1.5,"length":16,"carries":[8,0],"carry_length":4}""";

    private const string Tokenizer =
        """{"model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"vocab":{"<unk>":0,"a":1,"b":2,"ab":3,"▁":4,"▁a":5},"merges":["a b",["▁","a"]]},"added_tokens":[{"id":6,"content":"<s>","special":true}],"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},"decoder":{"type":"Sequence","decoders":[]}}""";

    private const string Metrics =
        """
        {"step":1,"tokens":48,"loss":5.5,"grad_norm":1,"learning_rate":0.001,"tokens_per_second":100,"seconds":0.5}
        {"step":1,"held_out":{"a.txt":4.5}}
        {"step":2,"tokens":96,"loss":5.25,"grad_norm":1,"learning_rate":0.001,"tokens_per_second":100,"seconds":1}
        {"step":3,"tokens":144,"loss":5,"grad_norm":1,"learning_rate":0.001,"tokens_per_second":100,"seconds":1.5}

        """;

    private const string Index = """{"metadata":{"total_size":28},"weight_map":{"a":"a.safetensors","b1":"b.safetensors"}}""";

    private static readonly byte[] Config = """{"hidden_size":3,"rms_norm_eps":1e-6}"""u8.ToArray();

    private static readonly (string Key, string Type, long[] Shape, byte[] Data) Weight = ("a", "F32", [2, 3], F32(1, 2, 3, 4, 5, 6)), Norm = ("b1", "BF16", [2], BF16(1, 2));

    // No file of a checkpoint holds it; a mutated one makes of two files one.
    private static readonly byte[] Between = "\n----\n"u8.ToArray();

    /// <summary>All of them.</summary>
    /// <param name="folder">For those that need files.</param>
    public static IReadOnlyList<FuzzedReader> All(string folder) =>
    [
        new("safetensors", Of(("a", "F32", [2, 3], new byte[24]), ("b1", "BF16", [2], new byte[4]))[8..^28], static bytes =>
        {
            var entries = SafetensorsHeader.Parse(bytes, 28, "file");
            Assert.Equal(28, entries.Values.Sum(static tensor => tensor.Bytes));
        }),
        new("config", """{"hidden_size":1024,"rope_theta":1e4,"use_gate":true,"x":[1,{"y":null}]}"""u8.ToArray(), static bytes =>
            CheckpointConfig.Parse(bytes).Check([new ConfigEntry("hidden_size", "1024"), new ConfigEntry("rope_theta", "10000.0")], "Test")),
        new("training-checkpoint", Encoding.UTF8.GetBytes(Header), static bytes =>
        {
            if (CheckpointHeader.TryRead(bytes) is not { } header) return;
            Assert.InRange(header.Numbers, 0, long.MaxValue / 8);
            Assert.All(header.Carries, static position => Assert.InRange(position, 0, ModelState.MostTokens));
        }),
        new("token-file", TokenFile(), static bytes =>
        {
            if (TokenFileHead.Read(bytes, 320) is { } read) Assert.Equal(320, read.FileBytes);
        }),
        new("token-description", """{"identity":"i","sources":[[0,40,40,10],[50,20]]}"""u8.ToArray(), static bytes =>
        {
            foreach (var source in TokenDescription.TryRead(bytes, "i", 70) ?? [])
                Assert.InRange(source.Training.First + source.Training.Count, 0, 70);
        }),
        new("tokenizer", Encoding.UTF8.GetBytes(Tokenizer), bytes => TokenizerJson.Load(bytes, folder, "tokenizer.json").Encode("ab <s>ba")),
        new("sentencepiece", SentencePieces(), static bytes => SentencePieceFile.TryRead(bytes, "tokenizer.model")),
        new("state", State(Path.Combine(folder, "state")), bytes =>
        {
            File.WriteAllBytes(Path.Combine(folder, "state"), Resealed(bytes));
            var (position, numbers) = StateFile.Read(Path.Combine(folder, "state"), "M (numbers)", 4);
            Assert.InRange(position, 0, ModelState.MostTokens);
            Assert.Equal(4, numbers.Length);
        }, Share: 20),
        new("metrics", Encoding.UTF8.GetBytes(Metrics), static bytes =>
        {
            using var file = new MemoryStream(bytes);
            var kept = (int)MetricsFile.LengthOf(file, 2);
            Assert.True(kept == 0 || bytes[kept - 1] == (byte)'\n', "expected whole lines");
        }),
        new("shard-index", Encoding.UTF8.GetBytes(Index), static bytes => Assert.All(ShardIndex.Parse(bytes, "index").Files, static file => Assert.Equal(file, Path.GetFileName(file)))),
        new("checkpoint", Joined(Config, Of(Weight, Norm)), bytes => ReadCheckpoint(Path.Combine(folder, "checkpoint"), bytes, [CheckpointConfig.FileName, Checkpoint.WeightsFile]), Share: 20),
        new("sharded-checkpoint", Joined(Config, Encoding.UTF8.GetBytes(Index), Of(Weight), Of(Norm)), bytes =>
            ReadCheckpoint(Path.Combine(folder, "sharded-checkpoint"), bytes, [CheckpointConfig.FileName, ShardIndex.FileName, "a.safetensors", "b.safetensors"]), Share: 20),
    ];

    /// <summary>Reads an input; answers what is wrong with the reader, or null.</summary>
    public string? Fault(byte[] input)
    {
        try
        {
            Read([.. input]);
            return null;
        }
        catch (TttException error)
        {
            return error.Message.Length <= 300 && !error.Message.Contains('\n') ? null : $"expected a line of at most 300 characters, found: {error.Message}";
        }
        catch (Exception error)
        {
            return error.ToString();
        }
    }

    private static byte[] Joined(params byte[][] files) => [.. files.SelectMany((file, i) => i == 0 ? file : [.. Between, .. file])];

    /// <summary>A whole checkpoint directory, opened, compared with a model and read.</summary>
    private static void ReadCheckpoint(string directory, byte[] files, string[] names)
    {
        Directory.CreateDirectory(directory);
        var rest = files.AsSpan();
        foreach (var name in names)
        {
            var end = name == names[^1] ? -1 : rest.IndexOf(Between);
            File.WriteAllBytes(Path.Combine(directory, name), end < 0 ? rest : rest[..end]);
            rest = end < 0 ? default : rest[(end + Between.Length)..];
        }
        using var checkpoint = Checkpoint.Open(directory);
        checkpoint.Config.Check([new ConfigEntry("hidden_size", "3")], "Test");
        checkpoint.Check([new ParameterInfo("a", [2, 3]), new ParameterInfo("b1", [2])], "Test");
        foreach (var (key, tensor) in checkpoint.Tensors) checkpoint.ReadWeights(key, 0, new float[tensor.Count]);
    }

    private static byte[] TokenFile()
    {
        var head = new byte[TokenFileHead.Bytes];
        new TokenFileHead(2, 100, 3, 40, 5).Write(head);
        return head;
    }

    private static byte[] SentencePieces()
    {
        var model = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Text", "sentencepiece", "books-4k.model"));
        return [.. model.AsSpan(0, 200), .. model.AsSpan(model.Length - 200)];
    }

    private static byte[] State(string path)
    {
        StateFile.Write(path, "M (numbers)", 21, [1, 2, 3, 4]);
        return File.ReadAllBytes(path);
    }

    /// <summary>With a checksum that is right, so that what comes after it is put to the test, too.</summary>
    private static byte[] Resealed(byte[] bytes)
    {
        if (bytes.Length >= 4) BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), Crc32C.Of(bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }
}
