using TttGen.Cpu;
using TttGen.Training;

namespace TttGen.Numerics.Tests.Backward;

/// <summary>The fused last product and loss, against plain loops in doubles; fresh memory is poisoned, and so these tests run apart from the others.</summary>
[CollectionDefinition(nameof(CrossEntropyHeadTests), DisableParallelization = true)]
[Collection(nameof(CrossEntropyHeadTests))]
public sealed class CrossEntropyHeadTests : IDisposable
{
    private const float Scale = 0.37f;

    public CrossEntropyHeadTests() => NativeBuffer.PoisonFresh = true;

    public static TheoryData<int, int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int, int>();
        foreach (int bits in new[] { 512, 256, 128 })
        {
            foreach (int rows in new[] { 1, 15, 17, 50, 497 })
            {
                foreach (var (width, vocabulary) in new[] { (96, 5), (33, 256), (192, 1000), (320, 300) })
                    shapes.Add(bits, rows, width, vocabulary);
            }
        }

        return shapes;
    }

    public void Dispose() => NativeBuffer.PoisonFresh = false;

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Loss_and_gradients_equal_plain_loops(int bits, int rows, int width, int vocabulary)
    {
        var call = new HeadCall(rows, width, vocabulary);
        HeadResult found = call.Run(2, Scale, bits), exact = call.Exact(Scale);
        Assert.Equal(exact.Loss.Targets, found.Loss.Targets);
        Assert.Equal(exact.Loss.Nats, found.Loss.Nats, 1e-5 * Math.Abs(exact.Loss.Nats) + 1e-12);
        Near(exact.DX, found.DX);
        Near(exact.DHead, found.DHead);
        for (int i = 0; i < rows; i++)
        {
            if (call.Targets[i] < 0)
                Assert.DoesNotContain(found.DX[(i * width)..((i + 1) * width)], x => x != 0);
        }
    }

    [Theory]
    [InlineData(497, 96, 1000)]
    [InlineData(50, 192, 256)]
    [InlineData(13, 33, 5)]
    public void The_bits_are_the_same_for_any_number_of_threads(int rows, int width, int vocabulary)
    {
        var call = new HeadCall(rows, width, vocabulary);
        HeadResult one = call.Run(1, Scale);
        foreach (int threads in new[] { 2, 3, 5 })
        {
            HeadResult many = call.Run(threads, Scale);
            Assert.Equal(one.Loss, many.Loss);
            Assert.Equal(one.DX, many.DX);
            Assert.Equal(one.DHead, many.DHead);
        }
    }

    [Fact]
    public void A_loss_alone_is_the_same_loss()
    {
        var call = new HeadCall(77, 96, 300);
        Assert.Equal(call.Run(2, Scale).Loss, call.Run(2, Scale, gradient: false).Loss);
    }

    [Fact]
    public void Without_targets_there_is_neither_loss_nor_gradient()
    {
        var call = new HeadCall(50, 33, 256);
        Array.Fill(call.Targets, -1);
        HeadResult found = call.Run(2, Scale);
        Assert.Equal(new BatchLoss(0, 0), found.Loss);
        Assert.DoesNotContain(found.DX, x => x != 0);
        Assert.Equal(call.DHead, found.DHead);
        Assert.Equal(new BatchLoss(0, 0), new HeadCall(0, 33, 256).Run(2, Scale).Loss);
    }

    [Theory]
    [InlineData(512)]
    [InlineData(256)]
    [InlineData(128)]
    public void Logits_of_ten_thousand_stay_numbers(int bits)
    {
        var call = new HeadCall(50, 96, 300);
        for (int i = 0; i < call.X.Length; i++)
            call.X[i] = 100 * Math.Sign(call.X[i]);
        for (int i = 0; i < call.Head.Length; i++)
            call.Head[i] = MathF.CopySign(1.1f, call.Head[i]);

        // The third entry is as far from the first row as can be: ±1e4.
        for (int j = 0; j < 96; j++)
            call.Head[2 * 96 + j] = -MathF.CopySign(1.1f, call.X[j]);
        call.Targets[0] = 2;
        HeadResult found = call.Run(2, Scale, bits), exact = call.Exact(Scale);
        Assert.True(double.IsFinite(found.Loss.Nats) && exact.Loss.Nats > 1e4);
        Assert.Equal(exact.Loss.Nats, found.Loss.Nats, 1e-5 * exact.Loss.Nats);
        Assert.DoesNotContain(found.DX, float.IsNaN);
        Assert.DoesNotContain(found.DHead, float.IsNaN);
    }

    [Fact]
    public void Wrong_calls_are_refused_by_name()
    {
        var call = new HeadCall(3, 33, 5);
        call.Targets[1] = 5;
        Assert.Contains("0 … 4, or -1 for none, found 5 in row 1", Assert.Throws<ArgumentOutOfRangeException>(() => call.Run(1, Scale)).Message);
        Assert.Contains("0 … 2 rows, found 3", Assert.Throws<ArgumentOutOfRangeException>(() => new HeadCall(3, 33, 5).Run(1, Scale, maxRows: 2)).Message);
    }

    /// <summary>Of the same size as the largest: sums of many terms err by what their terms are, not by what they come to.</summary>
    private static void Near(float[] exact, float[] found)
    {
        float most = exact.Max(MathF.Abs);
        for (int i = 0; i < exact.Length; i++)
            Assert.True(Math.Abs(exact[i] - found[i]) <= 1e-5 * most, $"element {i}: expected {exact[i]}, found {found[i]}");
    }
}
