using TttGen.Text;
using TttGen.Training.Data;

namespace TttGen.Training.Tests;

public sealed class DataTests : TrainingTests
{
    [Theory]
    [InlineData("0.05")]
    [InlineData("0")]
    [InlineData("0.3")]
    public void Of_a_file_the_bytes_from_the_split_on_are_held_out(string share)
    {
        var heldOut = decimal.Parse(share, System.Globalization.CultureInfo.InvariantCulture);
        for (var length = 190; length <= 230; length++)
        {
            var text = Prose(length);
            using var data = Open(heldOut, Files.With("text.txt", text)["text.txt"]);
            var split = (int)Math.Floor((1 - heldOut) * length);

            Assert.Equal(Bytes(text[..split]), TokensOf(data, Assert.Single(data.Streams)));
            Assert.Equal(Bytes(text[split..]), TokensOf(data, Assert.Single(Assert.Single(data.HeldOut).Files)));
        }
    }

    [Fact]
    public void A_folder_is_its_text_files_at_any_depth_each_with_its_own_split()
    {
        Directory.CreateDirectory(Files["books/deep"]);
        Files.With("books/b.txt", Prose(100, 1)).With("books/deep/a.txt", Prose(200, 2)).With("books/ignored.md", "no");
        using var data = Open(0.1m, Files["books"]);

        Assert.Equal(Bytes(Prose(100, 1)[..90] + Prose(200, 2)[..180]), TokensOf(data, data.Streams[0]));
        Assert.Equal([10, 20], data.HeldOut.Single().Files.Select(static stream => (int)stream.Count));
        Assert.Equal("books", data.HeldOut.Single().Name);
        Assert.Equal([0, 90], data.File.Documents.ToArray());
    }

    [Fact]
    public void A_form_feed_ends_a_document_and_belongs_to_it()
    {
        using var data = Open(0, Files.With("text.txt", "one\ftwo\f\fthree")["text.txt"]);

        Assert.Equal([0, 4, 8, 9], data.File.Documents.ToArray());
        Assert.Equal(Bytes("one\ftwo\f\fthree"), TokensOf(data, data.Streams[0]));
    }

    [Fact]
    public void Tokens_are_kept_until_texts_or_split_change()
    {
        var text = Files.With("text.txt", Prose(500))["text.txt"];
        var (made, identity) = Made(0.05m, text);
        Assert.Equal((made, identity), Made(0.05m, text));

        // The same length, but other content: only the hash tells.
        Files.With("text.txt", Prose(500, 2));
        var (remade, other) = Made(0.05m, text);
        Assert.NotEqual(identity, other);
        Assert.NotEqual(made, remade);
        using (var data = Open(0.05m, text))
            Assert.Equal(Bytes(Prose(500, 2)[..475]), TokensOf(data, data.Streams[0]));
        Assert.NotEqual(other, Made(0.1m, text).Identity);
        Assert.NotEqual(other, Made(0.05m, text + "*2").Identity);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(100)]
    [InlineData(-1)]
    public void A_damaged_token_file_is_made_anew(int place)
    {
        var text = Files.With("text.txt", Prose(500))["text.txt"];
        Made(0.05m, text);
        var bytes = File.ReadAllBytes(Folder.Tokens);
        if (place < 0)
            bytes = bytes[..^1];
        else
            bytes[place] ^= 1;
        File.WriteAllBytes(Folder.Tokens, bytes);

        using var data = Open(0.05m, text);
        Assert.Equal(Bytes(Prose(500)[..475]), TokensOf(data, data.Streams[0]));
    }

    [Fact]
    public void A_text_that_changes_during_the_training_does_not_matter()
    {
        var path = Files.With("text.txt", Prose(500))["text.txt"];
        using var data = Open(0.05m, path);
        File.WriteAllText(path, "gone");
        File.Delete(path);

        Assert.Equal(Bytes(Prose(500)[..475]), TokensOf(data, data.Streams[0]));
    }

    [Fact]
    public void A_text_that_changes_while_it_is_read_is_refused()
    {
        var source = TextSource.Parse(Files.With("text.txt", Prose(500))["text.txt"]);
        Folder.Create();

        Assert.Contains("text.txt: changed while it was being read", Refused(() => TokenCache.Open(Folder.Tokens, "identity", [source], ["another hash"], TokenizerIdentity.Bytes, 0)), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Folder.Path, "tokens*"));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(0)]
    public void Tokens_that_somebody_changes_during_the_training_stop_it(int length)
    {
        var text = Files.With("text.txt", Prose(500))["text.txt"];
        using (var data = Open(0.05m, text))
        {
            // Where the mapped file is cut, to read on would be a bus error.
            using (var file = File.OpenHandle(Folder.Tokens, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            {
                if (length > 0)
                    RandomAccess.SetLength(file, length);
                else
                    RandomAccess.Write(file, "other"u8, 100);
                File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(1));
            }
            Assert.Contains("tokens: was changed by somebody else while it was in use", Refused(() => TokensOf(data, data.Streams[0])), StringComparison.Ordinal);
        }
        using var anew = Open(0.05m, text);
        Assert.Equal(Bytes(Prose(500)[..475]), TokensOf(anew, anew.Streams[0]));
    }

    [Fact]
    public void A_token_may_be_more_than_a_byte_and_a_split_within_a_character_gives_it_to_neither_part()
    {
        var tokenizer = Tokenizer(Files);
        var text = Files.With("text.txt", string.Concat(Enumerable.Repeat("abéab", 20)) + "abé")["text.txt"];
        var length = (int)new FileInfo(text).Length;
        var heldOut = 1m - (length - 1) / (decimal)length;
        using var data = Open(tokenizer, heldOut, text);

        Assert.Equal(tokenizer.Tokenizer.Encode(string.Concat(Enumerable.Repeat("abéab", 20)) + "ab"), TokensOf(data, data.Streams[0]));
        Assert.Contains(256, TokensOf(data, data.Streams[0]));
        Assert.Equal(0, data.HeldOut.Single().Files.Single().Count);
    }

    [Theory]
    [InlineData(new byte[] { 97, 0, 98 }, "found a zero byte at 1")]
    [InlineData(new byte[] { 97, 98, 0xFF }, "expected UTF-8, found byte 0xFF at 2")]
    public void Binary_data_are_no_text(byte[] content, string expected)
    {
        Files.With("data.txt", content);

        Assert.Contains(expected, Refused(() => Open(Tokenizer(Files), 0, Files["data.txt"])), StringComparison.Ordinal);
        using var data = Open(0, Files["data.txt"]);
        Assert.Equal(content.Select(static one => (int)one), TokensOf(data, data.Streams[0]));
    }

    [Fact]
    public void What_is_missing_or_empty_is_named()
    {
        Directory.CreateDirectory(Files["empty"]);

        Assert.Contains("absent.txt: expected a text file or a folder of them, found nothing there", Refused(() => TextSource.Parse(Files["absent.txt"])), StringComparison.Ordinal);
        Assert.Contains("expected text files, named *.txt", Refused(() => TextSource.Parse(Files["empty"])), StringComparison.Ordinal);
        Assert.Contains("expected a weight above 0", Refused(() => TextSource.Parse(Files["empty"] + "*-1")), StringComparison.Ordinal);
        var text = Files.With("text.txt", Prose(50))["text.txt"];
        Assert.Contains("found it 2 times", Refused(() => Open(0, text, text + "*3")), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_texts_of_one_name_are_told_apart()
    {
        Directory.CreateDirectory(Files["a"]);
        Directory.CreateDirectory(Files["b"]);
        using var data = Open(0, Files.With("a/text.txt", "one")["a/text.txt"], Files.With("b/text.txt", "two")["b/text.txt"], Files.With("c.txt", "three")["c.txt"]);

        Assert.Equal([Files["a/text.txt"], Files["b/text.txt"], "c"], data.HeldOut.Select(static text => text.Name));
    }

    /// <summary>Bytes, and "ab" as one token of id 256.</summary>
    internal static TokenizerIdentity Tokenizer(TemporaryDirectory files)
    {
        var hidden = 256;
        var entries = new List<string> { "\"ab\": 256" };
        for (var value = 0; value < 256; value++)
            entries.Add($"{System.Text.Json.JsonSerializer.Serialize($"{(char)(value is >= 33 and <= 126 or >= 161 and <= 172 or >= 174 ? value : hidden++)}")}: {value}");
        files.With("tokenizer.json", $$$"""
            { "model": { "type": "BPE", "vocab": { {{{string.Join(", ", entries)}}} }, "merges": ["a b"] }, "pre_tokenizer": { "type": "ByteLevel", "add_prefix_space": false } }
            """);
        return TokenizerIdentity.Load(files["tokenizer.json"], 300);
    }

    private (DateTime Written, string Identity) Made(decimal heldOut, params string[] texts)
    {
        using var data = Open(heldOut, texts);
        return (File.GetLastWriteTimeUtc(Folder.Tokens), data.Identity);
    }
}
