using System.Text;
using TttGen.Runtime.Tests.Checkpoints;
using TttGen.Text;

namespace TttGen.Runtime.Tests.Text;

public sealed class TokenizerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Bytes_are_their_own_ids()
    {
        byte[] every = [.. Enumerable.Range(0, 256).Select(static i => (byte)i)];
        Assert.Equal([.. Enumerable.Range(0, 256)], Tokenizer.Bytes.EncodeBytes(every));
        Assert.Equal([0x61, 0xC3, 0xA9, 0xF0, 0x9F, 0x90, 0x8B], Tokenizer.Bytes.Encode("aé🐋"));
        Assert.Equal((256, null, null), (Tokenizer.Bytes.VocabularySize, Tokenizer.Bytes.BeginToken, Tokenizer.Bytes.EndToken));
    }

    [Fact]
    public void An_empty_text_has_no_tokens()
    {
        Assert.Empty(Tokenizer.Bytes.Encode(""));
        Assert.Empty(Tokenizer.Bytes.EncodeBytes([]));
        Assert.Equal("", Tokenizer.Bytes.Decode([]));
    }

    [Fact]
    public void A_character_appears_with_its_last_byte()
    {
        TokenDecoder decoder = Tokenizer.Bytes.CreateDecoder();
        string[] pieces = [.. Encoding.UTF8.GetBytes("aé漢🐋b").Select(value => decoder.Push(value))];
        Assert.Equal(["a", "", "é", "", "", "漢", "", "", "", "🐋", "b"], pieces);
        Assert.Equal("", decoder.Flush());
    }

    [Theory]
    [InlineData("80", "\uFFFD")]
    [InlineData("F09F41", "\uFFFDA")]
    [InlineData("F09F90F09F908B", "\uFFFD🐋")]
    [InlineData("C3C3A9", "\uFFFDé")]
    [InlineData("FF41FE", "\uFFFDA\uFFFD")]
    [InlineData("41F09F90", "A\uFFFD")]
    [InlineData("EDA080", "\uFFFD\uFFFD\uFFFD")]
    [InlineData("C080", "\uFFFD\uFFFD")]
    public void Bytes_that_are_no_text_become_replacement_characters(string hex, string text)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Equal(text, Tokenizer.Bytes.Decode([.. bytes.Select(static value => (int)value)]));
        Assert.Equal(Encoding.UTF8.GetString(bytes), text);
    }

    [Fact]
    public void Streaming_any_bytes_gives_what_decoding_them_at_once_gives()
    {
        var random = new Random(11);
        for (int round = 0; round < 500; round++)
        {
            byte[] bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            for (int i = 0; i < bytes.Length; i++)
                if (random.Next(2) == 0) bytes[i] = "\xF0\x9F\x90\x8B\xC3\xA9\xE6\xBC a"u8[random.Next(10)];
            Assert.Equal(Encoding.UTF8.GetString(bytes), Tokenizer.Bytes.Decode([.. bytes.Select(static value => (int)value)]));
        }
    }

    [Fact]
    public void Half_a_surrogate_pair_is_refused()
    {
        Assert.Contains("at character 2, found half of one (U+D83D)", Assert.Throws<TttException>(() => Tokenizer.Bytes.Encode("ab\uD83Dc")).Message);
        Assert.Contains("at character 0, found half of one (U+DC0B)", Assert.Throws<TttException>(() => Tokenizer.Bytes.Encode("\uDC0B")).Message);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_refused_where_text_is_needed()
    {
        Tokenizer books = Tokenizer.Load(TokenizerCase.PathOf("sentencepiece/books-4k.model"));
        Assert.Contains("not UTF-8: byte 2 (0xFF) begins no character", Assert.Throws<TttException>(() => books.EncodeBytes([0x61, 0x62, 0xFF])).Message);
        Assert.Contains("byte 1 (0xF0)", Assert.Throws<TttException>(() => books.EncodeBytes([0x61, 0xF0, 0x9F])).Message);
    }

    [Fact]
    public void A_directory_is_searched_for_a_tokenizer()
    {
        File.Copy(TokenizerCase.PathOf("byte-level/tokenizer.json"), _directory["tokenizer.json"]);
        Assert.Equal(1460, Tokenizer.Load(_directory.Root).VocabularySize);
        File.Copy(TokenizerCase.PathOf("sentencepiece/books-4k.model"), _directory["tokenizer.model"]);
        Assert.Equal(4096, Tokenizer.Load(_directory.Root).VocabularySize);
    }

    [Fact]
    public void A_model_of_bytes_needs_no_file()
    {
        _directory.With("config.json", """{"vocab_size": 256}""");
        Assert.Same(Tokenizer.Bytes, Tokenizer.Load(_directory.Root));
    }

    [Fact]
    public void What_is_no_tokenizer_is_refused_in_one_line()
    {
        Refused("expected tokenizer.model or tokenizer.json, found neither", () => Tokenizer.Load(_directory.Root));
        Refused("expected a tokenizer file or a checkpoint directory, found nothing", () => Tokenizer.Load(_directory["nowhere"]));
        foreach (string content in new[] { "", "hello\nworld", "\0\0\0\0", "[1]", "version https://git-lfs.github.com/spec/v1\noid sha256:0" })
            Refused("expected a SentencePiece model or a Hugging Face tokenizer.json, found neither", () => Tokenizer.Load(_directory.With("vocab.txt", content)["vocab.txt"]));
        Refused("model: expected an object, found none; this is not a Hugging Face tokenizer.json", () => Tokenizer.Load(_directory.With("x.json", "{}")["x.json"]));
        Refused("is not JSON", () => Tokenizer.Load(_directory.With("x.json", "{")["x.json"]));
    }

    private static void Refused(string error, Action act)
    {
        var thrown = Assert.ThrowsAny<TttException>(act);
        Assert.Contains(error, thrown.Message);
        Assert.DoesNotContain('\n', thrown.Message);
    }
}
