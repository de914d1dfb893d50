using System.Text;
using TttGen.Runtime.Tests.Checkpoints;
using TttGen.Text;

namespace TttGen.Runtime.Tests.Text;

public sealed class SentencePieceTokenizerTests
{
    private static readonly byte[] Model = File.ReadAllBytes(TokenizerCase.PathOf("sentencepiece/books-4k.model"));
    private static readonly Tokenizer Books = Tokenizer.Load(TokenizerCase.PathOf("sentencepiece/books-4k.model"));

    public static TheoryData<TokenizerCase> Cases => [.. TokenizerCase.Load("sentencepiece/cases.json", "cases"), .. TokenizerCase.Load("sentencepiece/more-cases.json", "cases")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ids_are_sentencepieces_own(TokenizerCase expected) => Assert.Equal(expected.Ids, Books.Encode(expected.Text));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Text_comes_back(TokenizerCase expected) => Assert.Equal(expected.Decoded, Books.Decode(expected.Ids));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Text_as_bytes_has_the_same_ids(TokenizerCase expected) => Assert.Equal(expected.Ids, Books.EncodeBytes(Encoding.UTF8.GetBytes(expected.Text)));

    [Fact]
    public void Vocabulary_and_special_tokens_are_the_models() =>
        Assert.Equal((4096, 1, 2), (Books.VocabularySize, Books.BeginToken, Books.EndToken));

    [Fact]
    public void Control_tokens_are_no_text_and_do_not_use_up_the_dummy_space() => Assert.Equal("Call me", Books.Decode([1, .. Books.Encode("Call me"), 2]));

    [Fact]
    public void A_continuation_keeps_its_leading_space()
    {
        int[] ids = Books.Encode("Call me");
        TokenDecoder decoder = Books.CreateDecoder(continuing: true);
        Assert.Equal(" C", decoder.Push(ids[0]));
        Assert.Equal("all", decoder.Push(ids[1]));
    }

    [Fact]
    public void Spelt_out_control_tokens_in_a_text_are_text() => Assert.DoesNotContain(Books.Encode("<s>a</s><0x41>"), static id => id < 3);

    [Theory]
    [InlineData(-1)]
    [InlineData(4096)]
    [InlineData(int.MaxValue)]
    public void An_id_out_of_range_is_refused(int id) =>
        Assert.Contains($"token {id}: expected an id from 0 to 4095", Assert.Throws<TttException>(() => Books.Decode([id])).Message);

    [Fact]
    public void A_damaged_model_is_refused_in_one_line()
    {
        using var directory = new TemporaryDirectory();
        var random = new Random(3);
        for (int round = 0; round < 300; round++)
        {
            byte[] bytes = (byte[])Model.Clone();
            for (int i = random.Next(4); i >= 0; i--) bytes[random.Next(round % 2 == 0 ? 200 : bytes.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0) bytes = bytes[..random.Next(bytes.Length)];
            directory.With("tokenizer.model", bytes);
            try
            {
                Tokenizer tokenizer = Tokenizer.Load(directory.Root);
                tokenizer.Decode(tokenizer.Encode("Call me Ishmael."));
            }
            catch (TttException error)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
        }
    }

    [Theory]
    [InlineData("1803", "a SentencePiece model with type word, expected bpe")] // trainer_spec.model_type
    [InlineData("1801", "a SentencePiece model with type unigram, expected bpe")]
    public void A_model_of_another_kind_is_refused_by_name(string trainer, string error)
    {
        // A second trainer_spec: the later value counts.
        byte[] spec = Convert.FromHexString(trainer);
        using TemporaryDirectory directory = new TemporaryDirectory().With("tokenizer.model", [.. Model, 0x12, (byte)spec.Length, .. spec]);
        Assert.Contains(error, Assert.Throws<TttException>(() => Tokenizer.Load(directory.Root)).Message);
    }

    [Fact]
    public void A_normalisation_that_is_not_supported_is_refused_by_name()
    {
        using TemporaryDirectory directory = new TemporaryDirectory().With("tokenizer.model", [.. Model, 0x1a, 3, 0x12, 1, 0x41]);
        Assert.Contains("with a normalisation table", Assert.Throws<TttException>(() => Tokenizer.Load(directory.Root)).Message);
        directory.With("tokenizer.model", [.. Model, 0x1a, 2, 0x20, 1]);
        Assert.Contains("with remove_extra_whitespaces", Assert.Throws<TttException>(() => Tokenizer.Load(directory.Root)).Message);
    }
}
