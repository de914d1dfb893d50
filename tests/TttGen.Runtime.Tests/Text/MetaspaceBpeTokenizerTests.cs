using System.Text.Json.Nodes;
using TttGen.Runtime.Tests.Checkpoints;
using TttGen.Text;

namespace TttGen.Runtime.Tests.Text;

public sealed class MetaspaceBpeTokenizerTests
{
    private static readonly string Json = File.ReadAllText(TokenizerCase.PathOf("byte-fallback/tokenizer.json"));

    private static readonly Tokenizer Llama = Load(static _ => { }), First = Load(static root => Metaspace(root, "first")), Always = Load(static root => Metaspace(root, "always")),
        Never = Load(static root =>
        {
            Metaspace(root, "never");
            root["decoder"]!["decoders"]!.AsArray().RemoveAt(3);
        });

    public static TheoryData<TokenizerCase> PrependCases => TokenizerCase.Load("byte-fallback/cases.json", "prepend");

    public static TheoryData<TokenizerCase> FirstCases => TokenizerCase.Load("byte-fallback/cases.json", "first");

    public static TheoryData<TokenizerCase> AlwaysCases => TokenizerCase.Load("byte-fallback/cases.json", "always");

    public static TheoryData<TokenizerCase> NeverCases => TokenizerCase.Load("byte-fallback/cases.json", "never");

    [Theory]
    [MemberData(nameof(PrependCases))]
    public void Ids_and_text_are_Hugging_Faces(TokenizerCase expected) => Check(Llama, expected);

    [Theory]
    [MemberData(nameof(FirstCases))]
    public void With_a_space_before_the_text_too(TokenizerCase expected) => Check(First, expected);

    [Theory]
    [MemberData(nameof(AlwaysCases))]
    public void With_a_space_before_each_stretch_too(TokenizerCase expected) => Check(Always, expected);

    [Theory]
    [MemberData(nameof(NeverCases))]
    public void Without_a_space_before_the_text_too(TokenizerCase expected) => Check(Never, expected);

    [Fact]
    public void What_would_change_the_ids_is_refused_by_name()
    {
        Refused("found normalizer Prepend and Replace and pre_tokenizer Metaspace", static root => root["pre_tokenizer"] = new JsonObject { ["type"] = "Metaspace" });
        Refused("found normalizer Lowercase and pre_tokenizer none", static root => root["normalizer"] = new JsonObject { ["type"] = "Lowercase" });
        Refused("found normalizer none and pre_tokenizer Metaspace", static root =>
        {
            Metaspace(root, "first");
            root["pre_tokenizer"]!["split"] = true;
        });
        Refused("found decoder WordPiece", static root => root["decoder"] = new JsonObject { ["type"] = "WordPiece" });
        Refused("found neither byte_fallback nor fuse_unk", static root =>
        {
            root["model"]!["byte_fallback"] = false;
            root["model"]!["fuse_unk"] = false;
        });
        Refused("expected a piece for every byte, found none for 1 of them", static root => root["model"]!["vocab"]!.AsObject().Remove("<0x41>"));
    }

    [Fact]
    public void Without_byte_fallback_unknown_characters_are_one_token_together()
    {
        Tokenizer tokenizer = Load(static root => root["model"]!["byte_fallback"] = false);
        int[] ids = tokenizer.Encode("a\u6F22\u5B57b");
        Assert.Equal([0], ids[1..^1]);
        Assert.Equal(Llama.Encode("a")[0], ids[0]);
    }

    private static void Check(Tokenizer tokenizer, TokenizerCase expected)
    {
        Assert.Equal(expected.Ids, tokenizer.Encode(expected.Text));
        Assert.Equal(expected.Decoded, tokenizer.Decode(expected.Ids));
    }

    private static void Metaspace(JsonNode root, string prepend)
    {
        root["normalizer"] = null;
        root["pre_tokenizer"] = new JsonObject { ["type"] = "Metaspace", ["replacement"] = "\u2581", ["prepend_scheme"] = prepend, ["split"] = false };
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
