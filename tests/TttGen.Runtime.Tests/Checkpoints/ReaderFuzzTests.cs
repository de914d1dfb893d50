using System.Globalization;
using System.Text;
using TttGen.Checkpoints;
using TttGen.Inference;
using TttGen.Text;
using TttGen.Training;
using TttGen.Training.Data;
using Xunit.Abstractions;
using static TttGen.Runtime.Tests.Checkpoints.SafetensorsBytes;

namespace TttGen.Runtime.Tests.Checkpoints;

/// <summary>
/// Readers on mutated files, by count: each input is read or refused in one line. TTTGEN_FUZZ_COUNT says how many a reader, TTTGEN_FUZZ_SEED where they begin;
/// a failure names the seed of its input.
/// </summary>
public sealed class ReaderFuzzTests(ITestOutputHelper output) : IDisposable
{
    private const string Settings =
        """{"--held-out":"0.05","--seed":"0","--context":"8","--batch":"2","--accumulate":"1","--keep-every":"32","--packed":"no","--carry":"0","--steps":"5","--minutes":"0","--learning-rate":"0.003","--final-rate":"1E-05","--warm-up":"0.1","--inner-rate-start":"none","--beta1":"0.9","--beta2":"0.95","--epsilon":"1E-08","--weight-decay":"0.1","--decay-matrices-only":"no","--clip":"1","--from":"","--set":"a=1 b=2"}""";

    private const string Header =
        """{"model":"M","layout":"00","data":"00","settings":""" + Settings + ""","texts":["a.txt"],"tokenizer":"","options":{"save_every":1,"eval_every":1,"eval_tokens":1,"watch":1,"weights":"F32"},"step":3,"tokens":48,"seconds":1.5,"length":16,"carries":[8,0],"carry_length":4}""";

    private const string Tokenizer =
        """{"model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"vocab":{"<unk>":0,"a":1,"b":2,"ab":3,"▁":4,"▁a":5},"merges":["a b",["▁","a"]]},"added_tokens":[{"id":6,"content":"<s>","special":true}],"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},"decoder":{"type":"Sequence","decoders":[]}}""";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Headers_of_safetensors() => Fuzz(Of(("a", "F32", [2, 3], new byte[24]), ("b1", "BF16", [2], new byte[4]))[8..^28], static bytes =>
    {
        var entries = SafetensorsHeader.Parse(bytes, 28, "file");
        Assert.Equal(28, entries.Values.Sum(static tensor => tensor.Bytes));
    });

    [Fact]
    public void Configs() => Fuzz("""{"hidden_size":1024,"rope_theta":1e4,"use_gate":true,"x":[1,{"y":null}]}"""u8.ToArray(), static bytes =>
        CheckpointConfig.Parse(bytes).Check([new ConfigEntry("hidden_size", "1024"), new ConfigEntry("rope_theta", "10000.0")], "Test"));

    [Fact]
    public void Headers_of_training_checkpoints() => Fuzz(Encoding.UTF8.GetBytes(Header), static bytes =>
    {
        if (CheckpointHeader.TryRead(bytes) is not { } header) return;
        Assert.InRange(header.Numbers, 0, long.MaxValue / 8);
        Assert.All(header.Carries, static position => Assert.InRange(position, 0, ModelState.MostTokens));
    });

    [Fact]
    public void Heads_of_token_files()
    {
        var head = new byte[TokenFileHead.Bytes];
        new TokenFileHead(2, 100, 3, 40, 5).Write(head);
        Fuzz(head, static bytes =>
        {
            if (TokenFileHead.Read(bytes, 320) is { } read) Assert.Equal(320, read.FileBytes);
        });
    }

    [Fact]
    public void Descriptions_of_tokens() => Fuzz("""{"identity":"i","sources":[[0,40,40,10],[50,20]]}"""u8.ToArray(), static bytes =>
    {
        foreach (var source in TokenDescription.TryRead(bytes, "i", 70) ?? [])
            Assert.InRange(source.Training.First + source.Training.Count, 0, 70);
    });

    [Fact]
    public void Tokenizers() => Fuzz(Encoding.UTF8.GetBytes(Tokenizer), bytes => TokenizerJson.Load(bytes, _directory.Root, "tokenizer.json").Encode("ab <s>ba"));

    [Fact]
    public void Models_of_SentencePiece()
    {
        var model = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Text", "sentencepiece", "books-4k.model"));
        Fuzz([.. model.AsSpan(0, 200), .. model.AsSpan(model.Length - 200)], static bytes => SentencePieceFile.TryRead(bytes, "tokenizer.model"));
    }

    [Fact]
    public void States()
    {
        StateFile.Write(_directory["state"], "M (numbers)", 21, [1, 2, 3, 4]);
        Fuzz(File.ReadAllBytes(_directory["state"]), bytes =>
        {
            File.WriteAllBytes(_directory["state"], Resealed(bytes));
            var (position, numbers) = StateFile.Read(_directory["state"], "M (numbers)", 4);
            Assert.InRange(position, 0, ModelState.MostTokens);
            Assert.Equal(4, numbers.Length);
        }, share: 20);
    }

    /// <summary>With a checksum that is right, so that what comes after it is put to the test, too.</summary>
    private static byte[] Resealed(byte[] bytes)
    {
        if (bytes.Length >= 4) BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), Crc32C.Of(bytes.AsSpan(0, bytes.Length - 4)));
        return bytes;
    }

    /// <param name="valid">What is mutated.</param>
    /// <param name="read">The reader, and what must hold of what it reads.</param>
    /// <param name="share">A reader of files gets this share of the inputs.</param>
    private void Fuzz(byte[] valid, Action<byte[]> read, int share = 1)
    {
        var (count, first) = (Number("TTTGEN_FUZZ_COUNT", 100_000) / share, Number("TTTGEN_FUZZ_SEED", 1));
        output.WriteLine($"seeds {first} … {first + count - 1}");
        read(valid);
        for (var seed = first; seed < first + count; seed++)
        {
            var input = Mutation.Of(valid, seed);
            try
            {
                read([.. input]);
            }
            catch (TttException error) when (error.Message.Length <= 300 && !error.Message.Contains('\n'))
            {
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}: {Convert.ToBase64String(input)}: {error}");
            }
        }
    }

    private static int Number(string variable, int standard) => Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : standard;
}
