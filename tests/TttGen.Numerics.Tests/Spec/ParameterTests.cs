using TttGen.InnerModels;

namespace TttGen.Numerics.Tests.Spec;

/// <summary>One method, Bind, lists a spec's parameters and fills them from anywhere.</summary>
public sealed class ParameterTests
{
    [Fact]
    public void Parameters_have_the_keys_and_shapes_of_checkpoints()
    {
        var parameters = ParameterList.Of<MlpMamba>().ToDictionary(parameter => parameter.Info.Key);
        AssertShape("model.embed_tokens.weight", 97, 64);
        AssertShape("model.layers.1.seq_modeling_block.W2", 4, 64, 16);
        AssertShape("model.layers.1.seq_modeling_block.b2", 4, 1, 16);
        AssertShape("model.layers.0.seq_modeling_block.learnable_ttt_lr_weight", 4, 1, 64);
        AssertShape("model.layers.0.seq_modeling_block.learnable_ttt_lr_bias", 4, 1);
        AssertShape("model.layers.0.conv.conv.weight", 64, 1, 4);
        AssertShape("model.layers.0.mlp.down_proj.weight", 64, 176);
        Assert.True(parameters["model.layers.0.seq_modeling_block.W1"].Fast);
        Assert.False(parameters["model.layers.0.seq_modeling_block.ttt_norm_weight"].Fast);
        Assert.Equal(ParameterKind.Vector, parameters["model.norm.weight"].Kind);

        void AssertShape(string key, params int[] shape) => Assert.Equal(shape, parameters[key].Info.Shape);
    }

    [Fact]
    public void A_head_of_its_own_is_lm_head() =>
        Assert.Contains(ParameterList.Of<UntiedLinearTransformer>(), parameter => parameter.Info.Key == "lm_head.weight");

    [Fact]
    public void Listing_a_large_model_makes_no_numbers()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var parameters = ParameterList.Of<UntiedLinearTransformer>();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, parameters.Sum(parameter => parameter.Info.Count));
    }

    [Fact]
    public void Slow_weights_are_one_per_head_unless_shared()
    {
        double Numbers(Checkpoints.ParameterInfo info) => info.Key == "shift" ? 7 : 1;
        var heads = new TensorBinder(info => [.. Enumerable.Range(0, (int)info.Count).Select(i => i * Numbers(info))], (_, fallback) => fallback)
            .PerHead<Three, ThreeLayerMemory<Six, Ten>>("").End;
        Assert.Equal(6, heads[1].Weights["scale"][0]);
        Assert.Equal([0, 7, 14, 21, 28, 35], heads[2].Weights["shift"]);
        Assert.Equal(["w1", "b1", "w2", "b2", "w3", "scale"], heads[0].Weights.Fast.Select(weight => weight.Key));
    }

    [Fact]
    public void Fresh_weights_start_as_the_reference_draws_them()
    {
        var weights = Weights<LinearTransformer>.Draw(1);
        Assert.All(weights["model.layers.0.seq_modeling_block.ttt_norm_weight"].ToArray(), one => Assert.Equal(1, one));
        Assert.All(weights["model.layers.0.seq_norm.weight"].ToArray(), one => Assert.Equal(1, one));
        Assert.All(weights["model.layers.0.seq_modeling_block.b1"].ToArray(), zero => Assert.Equal(0, zero));
        Assert.All(weights["model.layers.0.seq_modeling_block.learnable_ttt_lr_bias"].ToArray(), zero => Assert.Equal(0, zero));
        var matrix = weights["model.layers.1.mlp.up_proj.weight"].ToArray();
        Assert.Equal(0.02, Math.Sqrt(matrix.Average(x => x * x)), 0.001);
        Assert.Equal(matrix, Weights<LinearTransformer>.Draw(1)["model.layers.1.mlp.up_proj.weight"].ToArray());
        Assert.NotEqual(matrix, Weights<LinearTransformer>.Draw(2)["model.layers.1.mlp.up_proj.weight"].ToArray());
    }

    [Fact]
    public void One_weight_can_be_replaced()
    {
        var drawn = Weights<LinearMemory<Six>>.Draw(1);
        var moved = drawn.With("ttt_norm_bias", [1, 2, 3, 4, 5, 6]);
        Assert.Equal(3, moved.Spec.Shift.Items[2].Value);
        Assert.Equal(0, drawn.Spec.Shift.Items[2].Value);
        Assert.Equal(drawn["W1"], moved["W1"]);
    }

    [Fact]
    public void Settings_come_from_outside_or_are_their_defaults()
    {
        var settings = new Dictionary<string, double> { ["ttt_base_lr"] = 0.1 };
        var block = Weights<LinearTransformer>.Draw(1, settings).Spec.Layers[0].SeqModelingBlock;
        Assert.Equal(0.1, block.BaseRate);
        Assert.Equal(10000, block.RopeTheta);
    }

    [Fact]
    public void A_memory_of_another_size_than_its_keys_says_so()
    {
        var memory = new TensorBinder(info => new double[info.Count], (_, fallback) => fallback).PerHead<One, DeltaMemory<Ten>>("");
        var rows = new HeadSeq<One, Six>(new double[6]);
        var error = Assert.Throws<TttException>(() => memory.Learn(rows, rows, rows, new Seq<One>([1]), Ops.Harmonic<Five>()));
        Assert.Contains("expected an inner model of vectors of Six", error.Message);
    }

    [Fact]
    public void Wrong_weights_name_the_key()
    {
        var weights = Weights<LinearMemory<Six>>.Draw(1);
        Assert.Contains("W1: expected [6, 6], 36 numbers, found 5", Assert.Throws<TttException>(() => weights.With("W1", new double[5])).Message);
        Assert.Contains("W3: expected a parameter of LinearMemory", Assert.Throws<TttException>(() => weights.With("W3", [])).Message);
    }
}
