using System.Text.Json;
using TttGen.Training.Data;

namespace TttGen.Training.Tests;

public sealed class TrainerTests : RunTests
{
    [Fact]
    public void A_model_learns()
    {
        Train(Settings with { Steps = 150 });
        var losses = Metrics("loss");

        Assert.Equal(150, losses.Count);
        Assert.Equal(Math.Log(256), losses[0], 0.01);
        Assert.True(losses[^1] < 2, $"{losses[^1]}");
        var heldOut = Lines("held_out")[^1].GetProperty("held_out");
        Assert.Equal(["text", "other"], heldOut.EnumerateObject().Select(static text => text.Name));
        Assert.True(heldOut.GetProperty("text").GetDouble() < 2);
    }

    [Fact]
    public unsafe void A_step_is_one_update_by_the_mean_over_all_targets_of_its_calls()
    {
        var settings = Settings with { Steps = 1, Optimiser = new() { ClipNorm = 0 }, WarmUp = 0, FinalRate = 0.05 };
        using var data = Open(0.05m, Texts);
        using var model = Definition.CreateTrainable(3, new TrainableOptions { MaxTokens = 24 });
        using var expected = Definition.CreateTrainable(3, new TrainableOptions { MaxTokens = 48 });
        using var run = new TrainingRun(model, data, settings, TimeProvider.System);
        using var optimiser = new Optimisation.AdamW(expected, settings.Optimiser);
        var report = run.Next(watch: false);

        var reader = new BatchReader(data, settings, []);
        var both = new[] { reader.Read(0, 0), reader.Read(0, 1) };
        var loss = expected.Accumulate(new TrainingBatch(
            both.SelectMany(static batch => batch.Tokens.ToArray()).ToArray(), both.SelectMany(static batch => batch.Targets.ToArray()).ToArray(), [.. both.SelectMany(static batch => batch.Sequences)]), 1.0 / 48);
        var norm = optimiser.GradientNorm();
        optimiser.Update(1, 0.05, norm);

        Assert.Equal((1, 48, 0.05), (report.Step, report.Tokens, report.LearningRate));
        Assert.Equal(loss.Nats / 48, report.Loss, 1e-12);
        Assert.Equal(norm, report.GradientNorm, 1e-9);
        Assert.Equal(WeightsOf(expected), WeightsOf(model));
    }

    [Fact]
    public void Metrics_tell_each_step_once_and_inner_and_held_out_where_asked()
    {
        Train(Settings with { InnerRateStart = 0.1, WarmUp = 0.5 });

        Assert.Equal(Enumerable.Range(1, 12), Lines("loss").Select(static line => line.GetProperty("step").GetInt32()));
        Assert.Equal([4, 8, 12], Lines("held_out").Select(static line => line.GetProperty("step").GetInt32()));
        Assert.Equal([3, 6, 9, 12], Lines("inner").Select(static line => line.GetProperty("step").GetInt32()));
        Assert.Equal("""{"step":3,"inner":[{"layer":3,"memory":"memory","initial":2,"before":1.5,"after":1.25}]}""", Lines("inner")[0].GetRawText());
        Assert.Equal([0.25, 0.4, 0.55, 0.7, 0.85, 1, 1], Metrics("inner_rate")[..7].Select(static rate => Math.Round(rate, 12)));
        Assert.Equal(Enumerable.Range(1, 12).Select(static step => 48.0 * step), Metrics("tokens"));
        Assert.All(Metrics("grad_norm").Concat(Metrics("tokens_per_second")).Concat(Metrics("seconds")).Concat(Metrics("learning_rate")), static value => Assert.True(value > 0));
    }

    [Fact]
    public void Held_out_text_is_read_in_windows_from_its_start_each_from_a_fresh_state()
    {
        Train(Settings with { Steps = 4 });
        var said = Lines("held_out")[0].GetProperty("held_out");

        using var model = Definition.CreateTrainable(3, new TrainableOptions { MaxTokens = 8 });
        using var saved = Checkpoints.Checkpoint.Open(Folder.Model);
        model.Load(saved);
        foreach (var (name, first) in new[] { ("text", 2850), ("other", (int)(0.95 * new FileInfo(Files["other.txt"]).Length)) })
        {
            var bytes = File.ReadAllBytes(Files[name + ".txt"])[first..].Select(static one => (int)one).ToArray();
            var nats = Enumerable.Range(0, 4).Sum(window => model.Measure(new TrainingBatch(bytes.AsMemory(8 * window, 8), bytes.AsMemory(8 * window + 1, 8), [new TrainingSequence(8)])).Nats);
            Assert.Equal(nats / 32, said.GetProperty(name).GetDouble(), 1e-12);
        }
    }

    [Fact]
    public void A_gradient_that_is_not_finite_stops_the_training_before_it_does_harm()
    {
        Definition = new SmallDefinition
        {
            OnAccumulate = static (model, call) =>
            {
                unsafe
                {
                    if (call == 2 * 8 + 1)
                        model.Gradients[model.Tensors[1].Offset + 5 * 256] = float.NaN;
                }
            },
        };

        var message = Refused(() => Train(Settings));
        Assert.Contains("step 9: the gradient of model.before.weight is not finite", message, StringComparison.Ordinal);
        Assert.Equal(8, Lines("loss").Count);
        Assert.Equal(5, TrainingCheckpoint.ReadHeader(Folder.Checkpoint).Step);
        Definition = new SmallDefinition();
        Assert.Equal(Train(Settings, folder: new TrainingFolder(Files["other"])), Train(Settings, resume: true));
    }

    [Theory]
    [InlineData("model.before.weight, layer 2, head 64 is not finite", 0, 1, 2)]
    [InlineData("model.now.weight, layer 1, head 64 is not finite", 0)]
    [InlineData("model.bias, layer 2 is not finite", 0, 2)]
    public unsafe void Of_gradients_that_are_not_finite_the_last_layer_and_its_head_are_named(string expected, params int[] tensors)
    {
        Definition = new SmallDefinition
        {
            Place = static tensor => tensor.Key switch
            {
                "model.now.weight" => tensor with { Layer = 1, Heads = 128 },
                "model.before.weight" => tensor with { Layer = 2, Heads = 128 },
                _ => tensor with { Layer = 2 },
            },
            OnAccumulate = (model, _) =>
            {
                foreach (var tensor in tensors)
                    model.Gradients[model.Tensors[tensor].Offset + model.Tensors[tensor].Count / 2] = float.PositiveInfinity;
            },
        };

        Assert.Contains($"step 1: the gradient of {expected}", Refused(() => Train(Settings)), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_with_which_the_loss_blows_up_are_not_kept()
    {
        // The update before the checkpoint of step 5 does the harm.
        var steps = 0;
        Definition = new SmallDefinition
        {
            Inner = () => steps > 0 ? [new InnerLoss(2, "memory", 1, 1, double.NaN, 1, double.NaN)] : [new InnerLoss(2, "memory", 1, 1, 1, 0, 1)],
            OnAccumulate = (_, call) => steps = call == 2 * 5 ? 1 : 0,
        };
        Assert.Contains("step 5: after this update, the inner loss of layer 2, memory memory, head 1 is NaN", Refused(() => Train(Settings)), StringComparison.Ordinal);
        Assert.Equal(0, TrainingCheckpoint.ReadHeader(Folder.Checkpoint).Step);

        Definition = new SmallDefinition();
        Assert.Contains("after this update, the loss is ", Refused(() => Train(Settings with { LearningRate = 1e9 }, folder: new TrainingFolder(Files["steep"]), options: Options with { SaveEvery = 1 })), StringComparison.Ordinal);
        Assert.Equal(0, TrainingCheckpoint.ReadHeader(new TrainingFolder(Files["steep"]).Checkpoint).Step);
    }

    [Fact]
    public unsafe void A_loss_that_is_not_a_number_or_blew_up_stops_the_training()
    {
        Definition = new SmallDefinition { OnAccumulate = static (model, call) => model.Weights[model.Tensors[2].Offset] = call == 5 ? float.NaN : 0 };
        Assert.Contains("step 3: the loss is NaN", Refused(() => Train(Settings)), StringComparison.Ordinal);

        Definition = new SmallDefinition { OnAccumulate = static (model, call) => model.Weights[model.Tensors[2].Offset] = call == 5 ? 1000 : 0 };
        Assert.Contains("step 3: the loss is ", Refused(() => Train(Settings)), StringComparison.Ordinal);

        // Where an inner loop is to blame, it is named.
        Definition = new SmallDefinition { OnAccumulate = Definition.OnAccumulate, Inner = static () => [new InnerLoss(0, "fine", 1, 1, 1, 0, 1), new InnerLoss(7, "memory", 2, 3, double.NaN, 4, double.NaN)] };
        Assert.Contains("step 3: the inner loss of layer 7, memory memory, head 4 is NaN", Refused(() => Train(Settings, options: Options with { Watch = 0 })), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(1e9)]
    public void An_inner_loss_that_ran_away_stops_the_training(double after)
    {
        Definition = new SmallDefinition { Inner = () => [new InnerLoss(2, "memory", 2, 3, after, 1, after)] };

        Assert.Contains("step 3: the inner loss of layer 2, memory memory, head 1 is", Refused(() => Train(Settings)), StringComparison.Ordinal);
        Assert.Equal(2, Lines("loss").Count);
    }

    [Fact]
    public void A_process_whose_time_is_over_leaves_checkpoint_and_model()
    {
        Train(Settings, options: Options with { Time = TimeSpan.FromSeconds(5) }, clock: new TickingClock(1));

        Assert.Equal(TrainingEnd.OutOfTime, End);
        Assert.InRange(TrainingCheckpoint.ReadHeader(Folder.Checkpoint).Step, 1, 4);
        Assert.True(File.Exists(Path.Combine(Folder.Model, "model.safetensors")));
    }

    [Fact]
    public void An_interrupted_training_finishes_its_step_and_leaves_a_checkpoint()
    {
        using var source = new CancellationTokenSource();
        Stop = source.Token;
        Definition = new SmallDefinition { OnAccumulate = (_, call) => { if (call == 5) source.Cancel(); } };
        Train(Settings);

        Assert.Equal((TrainingEnd.Interrupted, 3), (End, TrainingCheckpoint.ReadHeader(Folder.Checkpoint).Step));
        Assert.Equal(3, Lines("loss").Count);
    }

    [Fact]
    public void The_rate_may_follow_the_clock_and_time_before_a_stop_counts()
    {
        var settings = Settings with { Steps = 0, Minutes = 1 };
        Train(settings, clock: new TickingClock(1), stopAfter: 6, options: Options with { SaveEvery = 3 });
        Train(settings, clock: new TickingClock(1), resume: true);
        var (seconds, rates) = (Metrics("seconds"), Metrics("learning_rate"));

        Assert.Equal(TrainingEnd.Finished, End);
        Assert.InRange(seconds[^1], 60 - 10, 60 + 10);
        Assert.Equal(seconds.Order(), seconds);
        Assert.Equal(rates[rates.IndexOf(rates.Max())..].OrderDescending(), rates[rates.IndexOf(rates.Max())..]);
        Assert.True(rates[^1] < 0.2 * rates.Max());
        Assert.True(TrainingCheckpoint.ReadHeader(Folder.Checkpoint).Seconds >= 60);
    }

    [Theory]
    [InlineData("--steps or --minutes, found neither")]
    [InlineData("--steps or --minutes, found both")]
    [InlineData("--carry 12: expected a multiple of --context 8; give 16")]
    [InlineData("--inner-rate-start: expected a model with ttt_base_lr, found Small")]
    [InlineData("nothing: expected ttt_base_lr or rope_theta")]
    [InlineData("expected at least 9 held-out tokens for a window of 8, found 0")]
    public void Settings_that_do_not_go_together_are_refused(string expected)
    {
        Definition = new SmallDefinition { HasInnerRate = !expected.Contains("ttt_base_lr, found", StringComparison.Ordinal) };
        var settings = expected switch
        {
            _ when expected.Contains("neither", StringComparison.Ordinal) => Settings with { Steps = 0 },
            _ when expected.Contains("both", StringComparison.Ordinal) => Settings with { Minutes = 1 },
            _ when expected.Contains("--carry", StringComparison.Ordinal) => Settings with { Carry = 12 },
            _ when !Definition.HasInnerRate => Settings with { InnerRateStart = 0.1 },
            _ when expected.Contains("nothing", StringComparison.Ordinal) => Settings with { Set = [new ModelSetting("nothing", 1)] },
            _ => Settings with { HeldOut = 0 },
        };

        Assert.Contains(expected, Refused(() => Train(settings)), StringComparison.Ordinal);
    }

    private List<double> Metrics(string field) => [.. Lines("loss").Select(line => line.GetProperty(field).GetDouble())];

    private List<JsonElement> Lines(string field) =>
        [.. File.ReadLines(Folder.Metrics).Select(static line => JsonDocument.Parse(line).RootElement).Where(line => line.TryGetProperty(field, out _))];

    /// <summary>A clock that goes on by so many seconds whenever it is looked at.</summary>
    private sealed class TickingClock(int seconds) : TimeProvider
    {
        private long _looks;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => seconds * _looks++;
    }
}
