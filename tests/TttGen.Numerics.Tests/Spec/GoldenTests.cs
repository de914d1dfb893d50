using TttGen.Layers;

namespace TttGen.Numerics.Tests.Spec;

/// <summary>The executable spec computes what the authors' reference code computed, run in float64 and stored in float32.</summary>
public sealed class GoldenTests
{
    private const double Bar = 1e-6;

    [Theory]
    [InlineData("linear-transformer")]
    [InlineData("linear-transformer-ragged-50")]
    public void Linear_in_the_Transformer_backbone_is_the_reference(string name) =>
        Check<LinearTransformer>(name, (golden, sequence, model) =>
            Compare(golden, sequence, model.Apply(new(golden.Tokens(sequence))), model.EmbedTokens, model.Layers, model.Norm, block => block.SeqModelingBlock.Memory));

    [Theory]
    [InlineData("linear-mamba")]
    [InlineData("linear-mamba-stops-inside-a-mini-batch")]
    public void Linear_in_the_Mamba_backbone_is_the_reference(string name) =>
        Check<LinearMamba>(name, (golden, sequence, model) =>
            Compare(golden, sequence, model.Apply(new(golden.Tokens(sequence))), model.EmbedTokens, model.Layers, model.Norm, block => block.SeqModelingBlock.Memory));

    [Theory]
    [InlineData("mlp-transformer")]
    [InlineData("mlp-transformer-stops-inside-a-mini-batch")]
    public void Mlp_in_the_Transformer_backbone_is_the_reference(string name) =>
        Check<MlpTransformer>(name, (golden, sequence, model) =>
            Compare(golden, sequence, model.Apply(new(golden.Tokens(sequence))), model.EmbedTokens, model.Layers, model.Norm, block => block.SeqModelingBlock.Memory));

    [Theory]
    [InlineData("mlp-mamba")]
    [InlineData("mlp-mamba-ragged-21")]
    public void Mlp_in_the_Mamba_backbone_is_the_reference(string name) =>
        Check<MlpMamba>(name, (golden, sequence, model) =>
            Compare(golden, sequence, model.Apply(new(golden.Tokens(sequence))), model.EmbedTokens, model.Layers, model.Norm, block => block.SeqModelingBlock.Memory));

    [Fact]
    public void Heads_of_64_are_the_reference() =>
        Check<LinearMambaHeadsOf64>("linear-mamba-heads-of-64", (golden, sequence, model) =>
            Compare(golden, sequence, model.Apply(new(golden.Tokens(sequence))), model.EmbedTokens, model.Layers, model.Norm, block => block.SeqModelingBlock.Memory));

    [Fact]
    public void Heads_of_96_are_the_reference() =>
        Check<LinearTransformerHeadsOf96>("linear-transformer-heads-of-96", (golden, sequence, model) =>
            Compare(golden, sequence, model.Apply(new(golden.Tokens(sequence))), model.EmbedTokens, model.Layers, model.Norm, block => block.SeqModelingBlock.Memory));

    [Fact]
    public void Llama_is_the_reference() =>
        Check<SmallLlama>("llama", (golden, sequence, model) => RelativeError.Within(Bar, model.Lm.Apply(new(golden.Tokens(sequence))).Items, golden.Logits(sequence), "logits"));

    [Fact]
    public void Llama_of_fewer_key_heads_is_the_reference() =>
        Check<SmallLlamaOfTwoKeyHeads>("llama-grouped-query", (golden, sequence, model) => RelativeError.Within(Bar, model.Lm.Apply(new(golden.Tokens(sequence))).Items, golden.Logits(sequence), "logits"));

    [Fact]
    public void Mamba_is_the_reference() =>
        Check<SelectiveMamba>("mamba", (golden, sequence, model) => RelativeError.Within(Bar, model.Apply(new(golden.Tokens(sequence))).Items, golden.Logits(sequence), "logits"));

    private static void Check<TModel>(string name, Action<GoldenCase, int, TModel> compare) where TModel : ISpec<TModel>
    {
        using var golden = new GoldenCase(name);
        var model = golden.Load<TModel>().Spec;
        for (var sequence = 0; sequence < golden.Sequences; sequence++) compare(golden, sequence, model);
    }

    /// <summary>Logits as the model gave them; hidden states and inner states block by block.</summary>
    private static void Compare<V, D, L, TBlock, H, M>(
        GoldenCase golden, int sequence, Logits<V> logits, Embedding<V, D> embedding, Stack<L, TBlock, D> layers, RmsNorm<D> norm, Func<TBlock, PerHead<H, M>> memory)
        where V : IDim where D : IDim where L : IDim where TBlock : ILayer<TBlock, D> where H : IDim where M : ISpec<M>
    {
        RelativeError.Within(Bar, logits.Items, golden.Logits(sequence), $"logits of sequence {sequence}");
        var x = embedding.Lookup(new(golden.Tokens(sequence)));
        for (var layer = 0; layer < L.Size; layer++)
        {
            x = layers[layer].Apply(x);
            RelativeError.Within(Bar, x.Items, golden.HiddenStates(layer, sequence), $"hidden states after block {layer}, sequence {sequence}");
            if (golden.HasStates) CompareStates(golden, layer, sequence, memory(layers[layer]).End);
        }
        RelativeError.Within(Bar, norm.Apply(x).Items, golden.HiddenStates(L.Size, sequence), $"hidden states after the norm, sequence {sequence}");
    }

    private static void CompareStates(GoldenCase golden, int layer, int sequence, IReadOnlyList<InnerState> heads)
    {
        foreach (var (key, tensor) in heads[0].Weights.Fast.Select((weight, tensor) => (weight.Key, tensor)))
        {
            RelativeError.Within(Bar, heads.SelectMany(head => head.Weights[key]).ToArray(), golden.State(key, layer, sequence), $"state {key} of block {layer}");
            RelativeError.Within(Bar, heads.SelectMany(head => head.GradientSum[tensor]).ToArray(), golden.GradientSum(key, layer, sequence), $"gradient sum {key} of block {layer}");
        }
    }
}
