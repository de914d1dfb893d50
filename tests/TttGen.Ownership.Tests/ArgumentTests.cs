using TttGen.Cpu;
using TttGen.Inference;
using TttGen.Inference.Sampling;
using TttGen.Training;
using TttGen.Training.Optimisation;

namespace TttGen.Ownership.Tests;

/// <summary>Arguments that would read or write elsewhere are refused by name.</summary>
public sealed class ArgumentTests
{
    private static readonly ModelOptions OneThread = new() { Threads = 1 };
    private readonly float[] _logits = new float[256];

    [Fact]
    public void A_consumer_that_calls_its_own_model_is_refused()
    {
        using var model = TinyModel.Create(1, OneThread);
        using SequenceState state = model.CreateState(), other = model.CreateState();
        var error = Assert.Throws<InvalidOperationException>(() => model.Prefill([state], [1, 2], [2], (_, _, _) => model.Decode(other, 1, _logits)));
        Assert.Contains("in the middle of another call", error.Message);
        model.Decode(state, 3, _logits);
        Assert.Equal(3, state.Position);
    }

    [Fact]
    public void A_state_is_not_used_by_two_calls_at_once()
    {
        using TttModel model = TinyModel.Create(1, OneThread), second = TinyModel.Create(1, OneThread);
        using var state = model.CreateState();
        Assert.Throws<InvalidOperationException>(() => model.Prefill([state], [1, 2], [2], (_, _, _) => second.Decode(state, 1, _logits)));
        Assert.Throws<InvalidOperationException>(() => model.Prefill([state], [1, 2], [2], (_, _, _) => state.Reset()));
        Assert.Throws<TttException>(() => model.Decode([state, state], [1, 2], new float[512]));
        model.Decode(state, 3, _logits);
        Assert.Equal(5, state.Position);
    }

    [Fact]
    public void What_a_consumer_does_to_the_callers_arrays_changes_nothing()
    {
        using var model = TinyModel.Create(1, OneThread);
        using SequenceState state = model.CreateState(), expected = model.CreateState(), other = model.CreateState();
        int[] tokens = [.. Enumerable.Range(0, 700).Select(static t => t % 256)], lengths = [700];
        SequenceState[] states = [state];
        model.Prefill(expected, tokens, _logits);
        var found = new float[256];
        model.Prefill(states, tokens, lengths, (_, first, logits) =>
        {
            Array.Fill(tokens, int.MaxValue);
            (states[0], lengths[0]) = (other, int.MaxValue);
            logits[^256..].CopyTo(found);
        });
        Assert.All(_logits.Zip(found), static pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Equal((700, 0), (state.Position, other.Position));
    }

    [Fact]
    public void Disposed_ones_say_so()
    {
        var model = TinyModel.Create(1, OneThread);
        var state = model.CreateState();
        using var living = model.CreateState();
        state.Dispose();
        Assert.Throws<ObjectDisposedException>(state.Reset);
        Assert.Throws<ObjectDisposedException>(() => state.Fork());
        Assert.Throws<ObjectDisposedException>(() => state.Save("nowhere"));
        Assert.Throws<ObjectDisposedException>(() => state.Restore("nowhere"));
        Assert.Throws<ObjectDisposedException>(() => model.Decode(state, 1, _logits));
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.CreateState());
        Assert.Throws<ObjectDisposedException>(() => model.Decode(living, 1, _logits));
        Assert.Throws<ObjectDisposedException>(() => model.Save("nowhere"));
        Assert.Throws<ObjectDisposedException>(living.Reset);
    }

    [Fact]
    public unsafe void Disposed_ones_that_learn_say_so()
    {
        var model = TinyTraining.Model();
        var carry = model.CreateCarry();
        var optimiser = new AdamW(model, new AdamWOptions());
        optimiser.Dispose();
        Assert.Throws<ObjectDisposedException>(() => optimiser.GradientNorm());
        Assert.Throws<ObjectDisposedException>(() => optimiser.Update(1, 1e-3, 1));
        Assert.Throws<ObjectDisposedException>(() => optimiser.FirstMoment == null);
        carry.Dispose();
        Assert.Throws<ObjectDisposedException>(() => carry.Numbers.Length);
        Assert.Throws<ObjectDisposedException>(carry.Reset);
        Assert.Throws<ObjectDisposedException>(() => model.Accumulate(TinyTraining.Batch with { Sequences = [new TrainingSequence(40, carry)] }, 1));
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.Accumulate(TinyTraining.Batch, 1));
        Assert.Throws<ObjectDisposedException>(() => model.Measure(TinyTraining.Batch));
        Assert.Throws<ObjectDisposedException>(model.WeightsChanged);
        Assert.Throws<ObjectDisposedException>(() => model.CreateCarry());
        Assert.Throws<ObjectDisposedException>(() => model.Weights == null);
        Assert.Throws<ObjectDisposedException>(() => new AdamW(model, new AdamWOptions()));
        Assert.Throws<ObjectDisposedException>(() => model.Save("nowhere", Checkpoints.DType.F32));
    }

    [Fact]
    public void Carries_stand_at_places_that_sequences_have()
    {
        using var model = TinyTraining.Model();
        using var carry = model.CreateCarry();
        Assert.Throws<ArgumentOutOfRangeException>(() => carry.Position = -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => carry.Position = long.MaxValue - 5);
        carry.Position = 1L << 62;
        var batch = TinyTraining.Batch with { Sequences = [new TrainingSequence(40, carry)] };
        Assert.Contains("at most", Assert.Throws<TttException>(() => model.Accumulate(batch, 1)).Message);
        carry.Reset();
        Assert.Throws<TttException>(() => model.Accumulate(TinyTraining.Batch with { Sequences = [new TrainingSequence(20, carry), new TrainingSequence(20, carry)] }, 1));
        model.Accumulate(batch, 1);
        Assert.Equal(40, carry.Position);
    }

    [Theory]
    [InlineData(9223372036854775801)]
    [InlineData(-1)]
    public void A_saved_state_stands_at_a_place_that_sequences_have(long position)
    {
        using var folder = new TemporaryDirectory();
        using var model = TinyModel.Create(1, OneThread);
        using var state = model.CreateState();
        model.Decode(state, 1, _logits);
        state.Save(folder["state"]);
        var bytes = File.ReadAllBytes(folder["state"]);
        BitConverter.TryWriteBytes(bytes.AsSpan(16), position);
        var sum = uint.MaxValue;
        foreach (var one in bytes.AsSpan(0, bytes.Length - 4)) sum = System.Numerics.BitOperations.Crc32C(sum, one);
        BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 4), ~sum);
        File.WriteAllBytes(folder["state"], bytes);
        Assert.Contains("damaged", Assert.Throws<TttException>(() => state.Restore(folder["state"])).Message);
        Assert.Equal(1, state.Position);
    }

    [Fact]
    public void A_state_is_of_the_weights_that_made_it()
    {
        using var folder = new TemporaryDirectory();
        using TttModel model = TinyModel.Create(1, OneThread), same = TinyModel.Create(1, OneThread with { Weights = WeightType.Int8 }), other = TinyModel.Create(2, OneThread);
        using SequenceState state = model.CreateState(), sameState = same.CreateState(), otherState = other.CreateState();
        model.Decode(state, 1, _logits);
        state.Save(folder["state"]);
        sameState.Restore(folder["state"]);
        Assert.Equal(1, sameState.Position);
        Assert.Contains("weights", Assert.Throws<TttException>(() => otherState.Restore(folder["state"])).Message);
    }

    [Fact]
    public void Batches_are_checked()
    {
        using var model = TinyTraining.Model();
        int[] tokens = [1, 2], sequence = [2];
        Assert.Throws<ArgumentNullException>(() => model.Accumulate(null!, 1));
        Assert.Throws<TttException>(() => model.Accumulate(Batch([1, 256], [1, 2]), 1));
        Assert.Throws<TttException>(() => model.Accumulate(Batch([1, 2], [1, 256]), 1));
        Assert.Throws<TttException>(() => model.Accumulate(Batch([1, 2], [1, -2]), 1));
        Assert.Throws<TttException>(() => model.Accumulate(Batch([1, 2], [1]), 1));
        model.Accumulate(Batch([1, 2], [1, -1]), 1);

        static TrainingBatch Batch(int[] tokens, int[] targets) => new(tokens, targets, [new TrainingSequence(2)]);
    }

    [Fact]
    public void An_optimisers_numbers_are_checked()
    {
        using var model = TinyTraining.Model();
        using var optimiser = new AdamW(model, new AdamWOptions());
        Assert.Throws<ArgumentNullException>(() => new AdamW(null!, new AdamWOptions()));
        Assert.Throws<ArgumentNullException>(() => new AdamW(model, null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => optimiser.Update(0, 1e-3, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => optimiser.Update(1, double.NaN, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => optimiser.Update(1, 1e-3, double.PositiveInfinity));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(-1)]
    public void Weights_of_no_type_are_refused(int type)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TinyModel.Create(1, new ModelOptions { Weights = (WeightType)type, Threads = 1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PackedMatrix(4, 4, (WeightType)type));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(100_000)]
    public void Threads_that_can_not_be_are_refused(int threads)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TinyModel.Create(1, new ModelOptions { Threads = threads }));
        Assert.Throws<ArgumentOutOfRangeException>(() => TinyModel.Definition.CreateTrainable(1, new TrainableOptions { Threads = threads }));
    }

    [Fact]
    public void What_is_not_there_is_refused_by_name()
    {
        using var model = TinyModel.Create(1, OneThread);
        using var state = model.CreateState();
        Assert.Throws<ArgumentNullException>(() => state.Save(null!));
        Assert.Throws<ArgumentException>(() => state.Save(""));
        Assert.Throws<ArgumentNullException>(() => state.Restore(null!));
        Assert.Throws<ArgumentNullException>(() => model.Save(null!));
        Assert.Throws<ArgumentException>(() => model.Save(""));
        Assert.Throws<ArgumentNullException>(() => TinyModel.Load(null!));
        Assert.Throws<ArgumentNullException>(() => model.Sample(state, [1], null!, []));
        Assert.Throws<ArgumentNullException>(() => model.Sample([state], [1], [1], [null!], [], new int[1]));
        Assert.Throws<ArgumentNullException>(() => new Sampler(null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(new SamplerOptions(), -1));
        Assert.Throws<ArgumentNullException>(() => model.ReadState(state, null!));
        Assert.Throws<TttException>(() => model.Decode(null!, 1, _logits));
        Assert.Equal(0, state.Position);
    }

    [Theory]
    [InlineData(0, 8, 4, 1e4)]
    [InlineData(8, 0, 4, 1e4)]
    [InlineData(8, 8, 0, 1e4)]
    [InlineData(8, 8, 3, 1e4)]
    [InlineData(8, 8, 4, 0)]
    [InlineData(8, 8, 4, double.NaN)]
    public void A_rotary_table_has_places_heads_and_a_base(int period, int width, int feature, double theta) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RotaryTable(period, width, feature, theta));

    [Fact]
    public void A_matrix_checks_its_rows()
    {
        var matrix = new PackedMatrix(4, 33, WeightType.Float32);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.SetRow(33, new float[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.SetRow(-1, new float[4]));
        Assert.Throws<ArgumentException>(() => matrix.SetRow(0, new float[3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.SetRows(32, new float[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.SetRows(int.MaxValue, new float[8]));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.SetInnerRows(3, new float[66]));
        Assert.Throws<ArgumentException>(() => matrix.GetRow(0, new float[5]));
        unsafe
        {
            Assert.Throws<ArgumentNullException>(() => matrix.GetRow(0, (float*)null));
        }
        matrix.Dispose();
        Assert.Throws<ObjectDisposedException>(() => matrix.SetRow(0, new float[4]));
        Assert.Throws<ObjectDisposedException>(() => matrix.GetRow(0, new float[4]));
    }

    [Fact]
    public unsafe void A_product_has_a_panel_of_its_matrix_rows_and_somewhere_to_read_and_write()
    {
        using var matrix = new PackedMatrix(4, 33, WeightType.Float32);
        fixed (float* from = new float[4], to = new float[PackedMatrix.PanelWidth])
        {
            var (left, right) = ((nint)from, (nint)to);
            Assert.Throws<ArgumentOutOfRangeException>(() => Product.Panel<Lanes128>(matrix, 2, (float*)left, 4, 1, (float*)right));
            Assert.Throws<ArgumentOutOfRangeException>(() => Product.Panel<Lanes128>(matrix, -1, (float*)left, 4, 1, (float*)right));
            Assert.Throws<ArgumentOutOfRangeException>(() => Product.Panel<Lanes128>(matrix, 1, (float*)left, 4, -1, (float*)right));
            Assert.Throws<ArgumentNullException>(() => Product.Panel<Lanes128>(null!, 1, (float*)left, 4, 1, (float*)right));
            Assert.Throws<ArgumentNullException>(() => Product.Panel<Lanes128>(matrix, 1, null, 4, 1, (float*)right));
            Assert.Throws<ArgumentNullException>(() => Product.Panel<Lanes128>(matrix, 1, (float*)left, 4, 1, null));
            Product.Panel<Lanes128>(matrix, 1, null, 4, 0, null);
            Product.Panel<Lanes128>(matrix, 1, from, 4, 1, to);
            Assert.Equal(0, to[0]);
            matrix.Dispose();
            Assert.Throws<ObjectDisposedException>(() => Product.Panel<Lanes128>(matrix, 1, (float*)left, 4, 1, (float*)right));
        }
    }

    [Fact]
    public unsafe void A_head_has_matrices_of_its_sizes_rows_and_targets()
    {
        using var pool = new WorkerPool(1);
        using var head = new CrossEntropyHead(pool, 4, 33, 8);
        using PackedMatrix forth = new(4, 33, WeightType.Float32), back = new(33, 4, WeightType.Float32);
        fixed (float* rows = new float[4], gradient = new float[4])
        fixed (int* targets = new int[1])
        {
            var (x, dX, to) = ((nint)rows, (nint)gradient, (nint)targets);
            Assert.Throws<ArgumentNullException>(() => head.Run(null, 4, (int*)to, 1, forth, back, 1, null, 0, null));
            Assert.Throws<ArgumentNullException>(() => head.Run((float*)x, 4, null, 1, forth, back, 1, null, 0, null));
            Assert.Throws<ArgumentNullException>(() => head.Run((float*)x, 4, (int*)to, 1, null!, back, 1, null, 0, null));
            Assert.Throws<ArgumentNullException>(() => head.Run((float*)x, 4, (int*)to, 1, forth, back, 1, (float*)dX, 4, null));
            Assert.Throws<ArgumentException>(() => head.Run((float*)x, 4, (int*)to, 1, back, forth, 1, null, 0, null));
            Assert.Throws<ArgumentOutOfRangeException>(() => head.Run((float*)x, 4, (int*)to, 9, forth, back, 1, null, 0, null));
            Assert.Equal(1, head.Run(rows, 4, targets, 1, forth, back, 1, null, 0, null).Targets);
        }
    }

    [Fact]
    public unsafe void Weights_are_asked_for_by_a_slot_that_holds_them()
    {
        ParameterSlot[] slots = [new("m", [33, 4], StorageForm.Matrix, 2, 33, 4, double.NaN), new("v", [8], StorageForm.Plain, 2, 8, 1, 0)];
        var weights = ModelWeights.Create(slots, WeightType.Float32, 1);
        Assert.Equal(2, weights.Matrices(0).Length);
        Assert.True(weights.Plain(1) != null);
        Assert.Throws<ArgumentOutOfRangeException>(() => weights.Matrices(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => weights.Matrices(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => weights.Matrices(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => weights.Plain(0) == null);
        Assert.Throws<ArgumentOutOfRangeException>(() => weights.Plain(2) == null);
        Assert.Throws<ArgumentOutOfRangeException>(() => weights.Plain(-1) == null);
        weights.Dispose();
        Assert.Throws<ObjectDisposedException>(() => weights.Plain(1) == null);
    }

    [Fact]
    public void The_largest_weight_in_int8_is_finite()
    {
        using var matrix = new PackedMatrix(4, 1, WeightType.Int8);
        matrix.SetRow(0, [float.MaxValue, float.MinValue, 1, 0]);
        var row = new float[4];
        matrix.GetRow(0, row);
        Assert.All(row, static number => Assert.True(float.IsFinite(number)));
        Assert.Equal(1, row[0] / float.MaxValue, 1e-5);
    }
}
