extern alias TestModels;

using TttGen.Gpu.Timing;
using TttGen.Inference;
using TttGen.Numerics.Tests;
using UntiedLinearTransformer = TestModels::TttGen.Numerics.Tests.UntiedLinearTransformer;

namespace TttGen.Gpu.Tests;

/// <summary>What the limits are made of, against sums done by hand for a small model: 2 layers of 64, 4 heads of 16, hidden layer 176, vocabulary 97.</summary>
public sealed class CostTests
{
    private const int Matrices = 97 * 64 + 2 * (4 * 64 * 64 + 3 * 64 * 176);

    // norms of the block; rates of tokens and heads; the inner norm, the norm after it, the first inner weights
    private const int Vectors = 64 + 2 * (2 * 64 + 16 + 4 * 64 + 4 + 2 * 4 * 16 + 2 * 64 + 4 * (16 * 16 + 16));

    private const int InnerWeights = 2 * 4 * (16 * 16 + 16);

    private static readonly ModelDefinition Definition = LinearTransformer.Definition;

    [Fact]
    public void Operations_are_the_schedule_s_and_those_of_one_row_of_logits_for_each_sequence()
    {
        var (body, head) = Definition.FlopsPerToken;

        Assert.Equal(2 * 64 * 97, head);
        Assert.InRange(body, 2.0 * 2 * (4 * 64 * 64 + 3 * 64 * 176), 1.3 * 2 * 2 * (4 * 64 * 64 + 3 * 64 * 176));
        Assert.Equal(3.0 * (5 * body + head), Of("f32", Case.Prefill, 5, 3).Flops);
        Assert.Equal(7.0 * (body + head), Of("f32", Case.Decode, 1, 7).Flops);
    }

    [Theory]
    [InlineData("f32", 4)]
    [InlineData("bf16", 2)]
    public void Bytes_of_prefill_are_weights_states_in_and_out_and_logits(string weights, int bytesOfElement) =>
        Assert.Equal(Matrices * bytesOfElement + Vectors * 4 + 3.0 * (2 * Definition.StateBytes + 97 * 4), Of(weights, Case.Prefill, 500, 3).Bytes);

    [Fact]
    public void Bytes_of_decoding_count_inner_weights_written_once_a_mini_batch()
    {
        Assert.Equal(2 * InnerWeights * 4, Definition.StateBytes);
        Assert.Equal(4.0 * (Matrices + Vectors) + 3 * (4 * InnerWeights * (2 + 1 + 1 / 16.0) + 97 * 4), Of("f32", Case.Decode, 1, 3).Bytes, 1e-6);
    }

    [Fact]
    public void An_embedding_that_is_not_the_head_s_is_read_by_rows()
    {
        var tied = Of("f32", Case.Decode, 1, 2).Bytes;

        Assert.Equal(tied + 2 * 64 * 4, Of("f32", Case.Decode, 1, 2, UntiedLinearTransformer.Definition).Bytes);
    }

    [Fact]
    public void The_limit_is_the_slower_of_the_two_and_unknown_where_a_rate_is()
    {
        var cost = new Cost(6e9, 2e9);

        Assert.Equal(0.06, cost.Limit(100e9, 100e9));
        Assert.Equal(0.2, cost.Limit(100e9, 10e9));
        Assert.Null(cost.Limit(null, 100e9));
        Assert.Null(cost.Limit(100e9, null));
    }

    [Theory]
    [InlineData("linear-125m f32 prefill 2048 16")]
    [InlineData("mlp-1b bf16 decode 1 512")]
    public void A_case_is_read_as_it_is_written(string line)
    {
        Assert.Equal(line, Case.Parse(line).ToString());
        Assert.Contains(Case.Parse(line), Case.All);
    }

    [Theory]
    [InlineData("")]
    [InlineData("linear-125m f32 prefill 2048")]
    [InlineData("linear-125m f64 prefill 2048 1")]
    [InlineData("linear-125m f32 decode 2 1")]
    [InlineData("linear-125m f32 prefill 0 1")]
    [InlineData("linear-125m f32 train 1 1")]
    public void What_is_no_case_is_told(string line) => Assert.Contains($"found '{line}'", Assert.Throws<TttException>(() => Case.Parse(line)).Message, StringComparison.Ordinal);

    private static Cost Of(string weights, string work, int tokens, int batch, ModelDefinition? definition = null)
    {
        using var model = (BatchedModel)(definition ?? Definition).Create(1, new ModelOptions { Threads = 1 });
        return Cost.Of(model.Definition, model.StateTensors, new Case("", weights, work, tokens, batch));
    }
}
