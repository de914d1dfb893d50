using System.Text;

namespace TttGen.Training.Tests;

public sealed class ResumeTests : RunTests
{
    public static TheoryData<int, string> Cuts()
    {
        var (data, random) = (new TheoryData<int, string>(), new Random(11));
        foreach (var kind in new[] { "plain", "packed", "carried" })
        {
            foreach (var cut in random.GetItems(Enumerable.Range(1, 12).ToArray(), 5).Distinct())
                data.Add(cut, kind);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public void A_training_cut_anywhere_goes_on_bit_for_bit(int cut, string kind)
    {
        var settings = Of(kind);
        var whole = new TrainingFolder(Files["whole"]);
        var expected = Train(settings, folder: whole);

        Train(settings, stopAfter: cut);
        Threads = 2;
        Assert.Equal(expected, Train(settings, resume: true));
        Assert.Equal(Metrics(whole), Metrics(Folder));
        Assert.Equal(File.ReadAllBytes(Path.Combine(whole.Model, "model.safetensors")), File.ReadAllBytes(Path.Combine(Folder.Model, "model.safetensors")));
        Assert.Equal(Numbers(whole), Numbers(Folder));
    }

    [Fact]
    public void Many_cuts_are_as_none()
    {
        var settings = Of("carried");
        var whole = new TrainingFolder(Files["whole"]);
        var expected = Train(settings, folder: whole);

        Train(settings, stopAfter: 2, options: Options with { SaveEvery = 1 });
        foreach (var cut in new[] { 3, 3, 7, 8, 11 })
            Train(settings, resume: true, stopAfter: cut, options: Options with { SaveEvery = 1 });
        Assert.Equal(expected, Train(settings, resume: true));
        Assert.Equal(Metrics(whole), Metrics(Folder));
    }

    [Fact]
    public void A_finished_training_that_is_continued_stays_as_it_is()
    {
        var expected = Train(Settings);
        var metrics = File.ReadAllText(Folder.Metrics);
        Directory.Delete(Folder.Model, recursive: true);

        Assert.Equal(expected, Train(Settings, resume: true));
        Assert.Equal(metrics, File.ReadAllText(Folder.Metrics));
        Assert.True(File.Exists(Path.Combine(Folder.Model, "model.safetensors")));
    }

    [Fact]
    public void A_line_of_metrics_cut_short_is_written_anew()
    {
        Train(Settings, folder: new TrainingFolder(Files["whole"]));
        Train(Settings, stopAfter: 7);
        var metrics = File.ReadAllBytes(Folder.Metrics);
        File.WriteAllBytes(Folder.Metrics, metrics[..^9]);
        Train(Settings, resume: true);

        Assert.Equal(Metrics(new TrainingFolder(Files["whole"])), Metrics(Folder));
    }

    [Fact]
    public void Each_setting_that_differs_is_named()
    {
        Train(Settings, stopAfter: 6);

        var message = Refused(() => Train(Settings with { Batch = 4, LearningRate = 0.01, Steps = 20 }, resume: true));
        Assert.Contains("--batch 3 there, 4 here; --steps 12 there, 20 here; --learning-rate 0.05 there, 0.01 here; leave them away", message, StringComparison.Ordinal);
        foreach (var changed in (TrainingSettings[])
        [
            Settings with { Seed = 1 }, Settings with { Accumulate = 1 }, Settings with { Context = 4 }, Settings with { Packed = true }, Settings with { Carry = 16 },
            Settings with { Steps = 0, Minutes = 1 }, Settings with { FinalRate = 0 }, Settings with { WarmUp = 0 }, Settings with { InnerRateStart = 0.1 }, Settings with { HeldOut = 0.1m },
            Settings with { From = "model" }, Settings with { Set = [new ModelSetting("rope_theta", 5)] }, Settings with { Optimiser = new() { Beta1 = 0.8 } },
            Settings with { Optimiser = new() { Beta2 = 0.8 } }, Settings with { Optimiser = new() { Epsilon = 0.1 } }, Settings with { Optimiser = new() { WeightDecay = 0 } },
            Settings with { Optimiser = new() { DecayMatricesOnly = true } }, Settings with { Optimiser = new() { ClipNorm = 2 } },
        ])
            Assert.Contains("expected the settings that this training began with", Refused(() => Train(changed, resume: true)), StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_kept_as_they_are()
    {
        var settings = Settings with
        {
            LearningRate = 1.0 / 3,
            InnerRateStart = 0.01,
            Carry = 16,
            Packed = true,
            HeldOut = 0.125m,
            From = "a b=c",
            Set = [new ModelSetting("rope_theta", 1e6), new ModelSetting("ttt_base_lr", 0.1)],
            Optimiser = new() { Beta1 = 0.1, Beta2 = 0.2, Epsilon = 1e-3, WeightDecay = 0.3, DecayMatricesOnly = true, ClipNorm = 7 },
        };
        var parsed = SettingsText.Parse(SettingsText.Of(settings).ToDictionary());

        Assert.Equal(SettingsText.Of(settings), SettingsText.Of(parsed));
        Assert.Equal((settings.Optimiser, settings.LearningRate, settings.InnerRateStart, settings.HeldOut), (parsed.Optimiser, parsed.LearningRate, parsed.InnerRateStart, parsed.HeldOut));
        Assert.Equal(settings.Set, parsed.Set);
        Assert.Equal("none", SettingsText.Of(Settings).Single(static pair => pair.Option == "--inner-rate-start").Value);
    }

    [Fact]
    public void What_is_shown_and_kept_is_remembered_but_may_change()
    {
        Train(Settings, stopAfter: 6, options: Options with { Weights = Checkpoints.DType.BF16 });
        Assert.Equal(Options with { Weights = Checkpoints.DType.BF16 }, TrainingCheckpoint.ReadHeader(Folder.Checkpoint).Options);

        var changed = new TrainerOptions { SaveEvery = 1, EvalEvery = 2, EvalTokens = 16, Watch = 1 };
        var expected = Train(Settings, folder: new TrainingFolder(Files["whole"]));
        Assert.Equal(expected, Train(Settings, resume: true, options: changed));
        Assert.Equal(changed, TrainingCheckpoint.ReadHeader(Folder.Checkpoint).Options);
    }

    [Fact]
    public void Other_texts_or_another_model_are_refused()
    {
        Train(Settings, stopAfter: 6);
        Definition = new SmallDefinition { GivenName = "Other" };
        Assert.Contains("expected a training of Other, found one of Small", Refused(() => Train(Settings, resume: true)), StringComparison.Ordinal);
        Definition = new SmallDefinition { Vocabulary = 257 };
        Assert.Contains("the model has changed since", Refused(() => Train(Settings, resume: true)), StringComparison.Ordinal);
        Definition = new SmallDefinition();
        Files.With("text.txt", Prose(3000, 9));
        Assert.Contains("expected the texts, weights and tokenizer that this training began with", Refused(() => Train(Settings, resume: true)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused()
    {
        Train(Settings, stopAfter: 6);
        var whole = File.ReadAllBytes(Folder.Checkpoint);

        Assert.Contains("found something else", Damaged([]), StringComparison.Ordinal);
        Assert.Contains("found something else", Damaged(Encoding.UTF8.GetBytes("a text of somebody else's")), StringComparison.Ordinal);
        var random = new Random(5);
        for (var i = 0; i < 20; i++)
        {
            Assert.Contains("checkpoint", Damaged(whole[..random.Next(whole.Length)]), StringComparison.Ordinal);
            var flipped = (byte[])whole.Clone();
            flipped[random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
            Assert.Contains("damaged", Damaged(flipped), StringComparison.Ordinal);
        }
        for (var i = 16; i < 600; i += 7)
        {
            var flipped = (byte[])whole.Clone();
            flipped[i] ^= 4;
            Damaged(flipped);
        }
        Assert.Contains("is damaged: expected", Damaged([.. whole, 0]), StringComparison.Ordinal);
        File.Delete(Folder.Checkpoint);
        Assert.Contains("found nothing there; to start anew, leave --resume away", Refused(() => Train(Settings, resume: true)), StringComparison.Ordinal);

        string Damaged(byte[] content)
        {
            File.WriteAllBytes(Folder.Checkpoint, content);
            return Refused(() => Train(Settings, resume: true));
        }
    }

    [Fact]
    public void What_is_half_written_when_a_process_ends_does_not_count()
    {
        Train(Settings, stopAfter: 6);
        File.WriteAllText(Folder.Checkpoint + ".partial", "half");

        Assert.Equal(Train(Settings, folder: new TrainingFolder(Files["whole"])), Train(Settings, resume: true));
    }

    [Fact]
    public void Where_a_checkpoint_cannot_be_written_the_old_one_stays()
    {
        Train(Settings, stopAfter: 7);
        var before = File.ReadAllBytes(Folder.Checkpoint);
        Directory.CreateDirectory(Folder.Checkpoint + ".partial");

        Assert.Contains("checkpoint: the checkpoint can't be written, what was there before still is", Refused(() => Train(Settings, resume: true)), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Folder.Checkpoint));
    }

    [Fact]
    public void A_folder_at_work_is_not_for_a_second_training()
    {
        Train(Settings, stopAfter: 6);
        using var other = Folder.Take();

        Assert.Contains("another training is at work there", Refused(() => Train(Settings, resume: true)), StringComparison.Ordinal);
    }

    private static TrainingSettings Of(string kind) => kind switch
    {
        "packed" => Settings with { Packed = true },
        "carried" => Settings with { Carry = 32, InnerRateStart = 0.5 },
        _ => Settings,
    };

    // The checkpoint without its header, which says how long the training took, and without the checksum.
    internal static byte[] Numbers(TrainingFolder folder)
    {
        var bytes = File.ReadAllBytes(folder.Checkpoint);
        return bytes[(20 + BitConverter.ToInt32(bytes, 16))..^4];
    }

    [Fact]
    public void Settings_of_an_older_build_are_read_by_their_old_names()
    {
        var settings = Of("plain") with { CheckpointEvery = 5 };
        var old = SettingsText.Of(settings).ToDictionary(s => s.Option == "--checkpoint-every" ? "--keep-every" : s.Option, s => s.Value);
        Assert.Contains("--keep-every", old.Keys);
        Assert.Equal(SettingsText.Of(settings), SettingsText.Of(SettingsText.Parse(old)));
    }
}
