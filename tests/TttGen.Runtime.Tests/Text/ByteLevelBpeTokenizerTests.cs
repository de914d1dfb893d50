using System.Text.Json.Nodes;
using TttGen.Runtime.Tests.Checkpoints;
using TttGen.Text;

namespace TttGen.Runtime.Tests.Text;

public sealed class ByteLevelBpeTokenizerTests
{
    private static readonly string Json = File.ReadAllText(TokenizerCase.PathOf("byte-level/tokenizer.json"));
    private static readonly Tokenizer Plain = Load(static _ => { });
    private static readonly Tokenizer Prefixed = Load(static root => root["pre_tokenizer"]!["add_prefix_space"] = true);

    public static TheoryData<TokenizerCase> PlainCases => TokenizerCase.Load("byte-level/cases.json", "plain");

    public static TheoryData<TokenizerCase> PrefixedCases => TokenizerCase.Load("byte-level/cases.json", "prefixed");

    [Theory]
    [MemberData(nameof(PlainCases))]
    public void Ids_and_text_are_Hugging_Faces(TokenizerCase expected)
    {
        Assert.Equal(expected.Ids, Plain.Encode(expected.Text));
        Assert.Equal(expected.Decoded, Plain.Decode(expected.Ids));
    }

    [Theory]
    [MemberData(nameof(PrefixedCases))]
    public void With_a_prefix_space_too(TokenizerCase expected)
    {
        Assert.Equal(expected.Ids, Prefixed.Encode(expected.Text));
        Assert.Equal(expected.Decoded, Prefixed.Decode(expected.Ids));
    }

    [Fact]
    public void A_word_is_merged_as_the_definition_says()
    {
        // the definition: of all pairs that have a merge, the earliest merge's first pair, until there is none
        var model = JsonNode.Parse(Json)!["model"]!;
        var merges = model["merges"]!.AsArray().Select((pair, rank) => (Pair: ((string)pair![0]!, (string)pair[1]!), rank)).ToDictionary(m => m.Pair, m => m.rank);
        var random = new Random(9);
        for (int round = 0; round < 2_000; round++)
        {
            string word = new([.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => "aeinorsthlwz"[random.Next(12)])]);
            List<string> symbols = [.. word.Select(static letter => letter.ToString())];
            while (true)
            {
                int best = -1, least = int.MaxValue;
                for (int i = 1; i < symbols.Count; i++)
                    if (merges.TryGetValue((symbols[i - 1], symbols[i]), out int rank) && rank < least) (best, least) = (i, rank);
                if (best < 0) break;
                symbols[best - 1] += symbols[best];
                symbols.RemoveAt(best);
            }

            Assert.Equal(symbols.Select(symbol => (int)model["vocab"]![symbol]!), Plain.Encode(word));
        }
    }

    [Fact]
    public void A_word_of_a_million_letters_is_read()
    {
        string word = string.Concat(Enumerable.Repeat("whale", 200_000));
        Assert.Equal(word, Plain.Decode(Plain.Encode(word)));
    }

    [Fact]
    public void Of_many_added_tokens_the_longest_is_found()
    {
        Tokenizer many = Load(static root =>
        {
            var added = root["added_tokens"]!.AsArray();
            int first = 1460;
            // one begins with the other
            for (int i = 0; i < 3_000; i++) added.Add(new JsonObject { ["id"] = first + i, ["content"] = "<" + new string('<', i % 300) + i, ["special"] = false });
        });
        string text = new('<', 100_000);
        Assert.Equal(text, many.Decode(many.Encode(text)));
        Assert.Equal([1460 + 12, 1460 + 123], many.Encode("<" + new string('<', 12) + "12" + "<" + new string('<', 123) + "123"));
    }

    [Fact]
    public void Merges_may_be_written_as_in_older_files()
    {
        Tokenizer older = Load(static root => root["model"]!["merges"] = new JsonArray(
            [.. root["model"]!["merges"]!.AsArray().Select(static pair => JsonValue.Create($"{pair![0]} {pair[1]}"))]));
        const string Text = "The Pequod's crew; the white whale's wake...";
        Assert.Equal(Plain.Encode(Text), older.Encode(Text));
    }

    [Fact]
    public void A_Sequence_of_one_pre_tokenizer_is_that_one()
    {
        Tokenizer sequence = Load(static root => root["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(root["pre_tokenizer"]!.DeepClone()),
        });
        Assert.Equal(Plain.Encode("it's a whale"), sequence.Encode("it's a whale"));
    }

    [Fact]
    public void Special_tokens_are_found_by_tokenizer_config()
    {
        using TemporaryDirectory directory = new TemporaryDirectory().With("tokenizer.json", Json);
        Assert.Null(Tokenizer.Load(directory.Root).BeginToken);
        directory.With("tokenizer_config.json", """{"bos_token": {"content": "<|endoftext|>", "lstrip": false}, "eos_token": "<|endoftext|>"}""");
        Tokenizer tokenizer = Tokenizer.Load(directory.Root);
        Assert.Equal((1456, 1456, 1460), (tokenizer.BeginToken, tokenizer.EndToken, tokenizer.VocabularySize));
    }

    [Fact]
    public void What_would_change_the_ids_is_refused_by_name()
    {
        Refused("found a model of type WordPiece, expected BPE", static root => root["model"]!["type"] = "WordPiece");
        Refused("found byte_fallback with pre_tokenizer ByteLevel, expected one of them", static root => root["model"]!["byte_fallback"] = true);
        Refused("found dropout 0.1", static root => root["model"]!["dropout"] = 0.1);
        Refused("found continuing_subword_prefix \"##\"", static root => root["model"]!["continuing_subword_prefix"] = "##");
        Refused("found ignore_merges true", static root => root["model"]!["ignore_merges"] = true);
        Refused("found normalizer Lowercase, expected none or NFC", static root => root["normalizer"] = new JsonObject { ["type"] = "Lowercase" });
        Refused("found normalizer NFC and pre_tokenizer Metaspace, expected pre_tokenizer ByteLevel, Metaspace without split, or", static root => root["pre_tokenizer"]!["type"] = "Metaspace");
        Refused("found normalizer NFC and pre_tokenizer none", static root => root["pre_tokenizer"] = null);
        Refused("found pre_tokenizer Split and ByteLevel, expected ByteLevel alone", static root => root["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Sequence",
            ["pretokenizers"] = new JsonArray(new JsonObject { ["type"] = "Split" }, root["pre_tokenizer"]!.DeepClone()),
        });
        Refused("with use_regex false", static root => root["pre_tokenizer"]!["use_regex"] = false);
        Refused("added token <|im_start|> with lstrip", static root => root["added_tokens"]![3]!["lstrip"] = true);
    }

    [Fact]
    public void What_is_damaged_is_said()
    {
        Refused("vocab: expected an object, found none", static root => root["model"]!.AsObject().Remove("vocab"));
        Refused("vocab: A: expected an id of its own, found -1", static root => root["model"]!["vocab"]!["A"] = -1);
        Refused("expected an id of its own, found 7", static root => root["model"]!["vocab"]!["new"] = 7);
        Refused("a vocabulary without byte 0x00", static root => root["model"]!["vocab"]!.AsObject().Remove("\u0100"));
        Refused("have ids up to 2147483646, expected them close together", static root => root["model"]!["vocab"]!["new"] = int.MaxValue - 1);
        Refused("merges: expected an array", static root => root["model"]!["merges"] = 3);
        Refused("merges: [\"q\",\"zzz\"]: expected two tokens whose join is a token too", static root => root["model"]!["merges"]![0] = new JsonArray("q", "zzz"));
        Refused("merges: 5: expected two tokens", static root => root["model"]!["merges"]![0] = 5);
        Refused("added_tokens: {}: expected an object with content and id", static root => root["added_tokens"]!.AsArray().Add(new JsonObject()));
        Refused("model: expected an object, found none", static root => root["model"] = 5);
    }

    [Fact]
    public void A_damaged_file_is_refused_in_one_line()
    {
        byte[] valid = System.Text.Encoding.UTF8.GetBytes(Json);
        using var directory = new TemporaryDirectory();
        var random = new Random(4);
        int read = 0;
        for (int round = 0; round < 400; round++)
        {
            byte[] bytes = (byte[])valid.Clone();
            // The steps' settings stand in the first 1500 bytes.
            for (int i = random.Next(3); i >= 0; i--) bytes[random.Next(round % 2 == 0 ? 1500 : bytes.Length)] = (byte)random.Next(32, 127);
            if (random.Next(10) == 0) bytes = bytes[..random.Next(bytes.Length)];
            directory.With("tokenizer.json", bytes);
            try
            {
                Tokenizer tokenizer = Tokenizer.Load(directory.Root);
                tokenizer.Decode(tokenizer.Encode("Call me Ishmael. <|im_start|>"));
                read++;
            }
            catch (TttException error)
            {
                Assert.DoesNotContain('\n', error.Message);
            }
        }

        Assert.InRange(read, 1, 399);
    }

    private static void Refused(string error, Action<JsonNode> change)
    {
        var thrown = Assert.Throws<TttException>(() => Load(change));
        Assert.Contains(error, thrown.Message);
        Assert.DoesNotContain('\n', thrown.Message);
    }

    private static Tokenizer Load(Action<JsonNode> change)
    {
        JsonNode root = JsonNode.Parse(Json)!;
        change(root);
        using TemporaryDirectory directory = new TemporaryDirectory().With("tokenizer.json", root.ToJsonString());
        return Tokenizer.Load(directory.Root);
    }
}
