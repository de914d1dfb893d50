using System.Buffers.Binary;
using System.Text;
using TttGen.Checkpoints;
using TttGen.Inference;
using TttGen.Training.Data;

namespace TttGen.Training.Tests;

/// <summary>Files of a training that are not what they say: refused, by their checksum or, where that is right, by what they hold.</summary>
public sealed class DamagedFileTests : RunTests
{
    [Theory]
    [InlineData("\"length\":", "1")]
    [InlineData("\"length\":", "9223372036854775807")]
    [InlineData("\"length\":", "-1")]
    [InlineData("\"carry_length\":", "2147483647")]
    [InlineData("\"step\":", "-5")]
    [InlineData("\"carries\":", "[-1]")]
    [InlineData("\"carries\":", "[9223372036854775801]")]
    public void A_checkpoint_that_lies_about_its_numbers_is_refused(string member, string value)
    {
        Train(Settings with { Carry = 32 }, stopAfter: 6);
        var bytes = File.ReadAllBytes(Folder.Checkpoint);
        var json = Encoding.UTF8.GetString(bytes, 20, BitConverter.ToInt32(bytes, 16));
        var at = json.IndexOf(member, StringComparison.Ordinal) + member.Length;
        var end = json[at] == '[' ? json.IndexOf(']', at) + 1 : json.IndexOfAny([',', '}'], at);
        var changed = Encoding.UTF8.GetBytes(json[..at] + value + json[end..]);
        var numbers = bytes[(20 + BitConverter.ToInt32(bytes, 16))..^4];
        foreach (var length in (int[])[0, 12, numbers.Length])
            AssertRefused([.. bytes[..16], .. BitConverter.GetBytes(changed.Length), .. changed, .. numbers[..length]]);

        void AssertRefused(byte[] content)
        {
            File.WriteAllBytes(Folder.Checkpoint, [.. content, .. BitConverter.GetBytes(Crc32C.Of(content))]);
            Refused(() => Train(Settings with { Carry = 32 }, resume: true));
        }
    }

    [Fact]
    public void A_header_is_not_believed_before_its_checksum()
    {
        Train(Settings, stopAfter: 6);
        var bytes = File.ReadAllBytes(Folder.Checkpoint);
        var step = bytes.AsSpan().IndexOf("\"step\":"u8) + 7;
        bytes[step]++;
        File.WriteAllBytes(Folder.Checkpoint, bytes);
        Assert.Contains("checksum", Refused(() => TrainingCheckpoint.ReadHeader(Folder.Checkpoint)));
    }

    [Fact]
    public void Any_flipped_bit_of_a_token_files_head_is_seen()
    {
        using (Open(0.1m, Texts)) { }
        var bytes = File.ReadAllBytes(Folder.Tokens);
        for (var bit = 0; bit < 8 * TokenFileHead.Bytes; bit++)
        {
            byte[] flipped = [.. bytes];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            File.WriteAllBytes(Files["flipped"], flipped);
            Assert.Null(TokenFile.Open(Files["flipped"]));
        }
        File.WriteAllBytes(Files["flipped"], bytes);
        using var whole = TokenFile.Open(Files["flipped"]);
        Assert.NotNull(whole);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"identity\":\"i\"}")]
    [InlineData("{\"identity\":\"i\",\"sources\":[[1]]}")]
    [InlineData("{\"identity\":\"i\",\"sources\":[[]]}")]
    [InlineData("{\"identity\":\"i\",\"sources\":[[0,11]]}")]
    [InlineData("{\"identity\":\"i\",\"sources\":[[-1,3]]}")]
    [InlineData("{\"identity\":\"i\",\"sources\":[[9223372036854775807,3]]}")]
    public void A_description_that_fits_no_tokens_is_none(string description) =>
        Assert.Null(TokenDescription.TryRead(Encoding.UTF8.GetBytes(description), "i", 10));

    [Fact]
    public void Metrics_of_any_length_are_cut_at_their_step()
    {
        Train(Settings, stopAfter: 6, options: Options with { SaveEvery = 1 });
        var whole = File.ReadAllLines(Folder.Metrics);
        File.AppendAllText(Folder.Metrics, new string('x', 3 << 20));
        Train(Settings, resume: true, stopAfter: 7);
        Assert.Equal(whole[..3], File.ReadAllLines(Folder.Metrics)[..3]);
        Assert.All(File.ReadAllLines(Folder.Metrics), static line => Assert.StartsWith("{\"step\":", line));
    }

    [Fact]
    public void A_held_out_loss_that_is_no_number_is_an_error_of_the_training() =>
        Assert.Contains("held-out part of moby", Refused(() => TrainingFault.CheckHeldOut(new HeldOutReport(3, [("fine", 1.0), ("moby", double.NaN)]))));

    [Fact]
    public void Of_two_trainings_in_one_folder_the_later_is_refused()
    {
        Folder.Create();
        using (Folder.Take())
            Assert.Contains("another training", Refused(() => Folder.Take().Dispose()));
        Folder.Take().Dispose();
    }
}
