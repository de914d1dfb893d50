namespace TttGen.Numerics.Tests.Compiled;

/// <summary>A model that is one CausalLm, beside the same model with embedding, stack, norm and head written out.</summary>
public sealed class CausalLmTests
{
    [Fact]
    public void A_model_of_one_CausalLm_is_the_model_written_out() => Same(
        SmallModel.Of<LinearBySix>((model, tokens) => model.Apply(tokens).Items),
        SmallModel.Of<LinearBySixWrittenOut>((model, tokens) => model.Apply(tokens).Items));

    [Fact]
    public void A_model_of_one_UntiedCausalLm_is_the_model_written_out() => Same(
        SmallModel.Of<UntiedLinearBySix>((model, tokens) => model.Apply(tokens).Items),
        SmallModel.Of<UntiedLinearBySixWrittenOut>((model, tokens) => model.Apply(tokens).Items));

    /// <summary>The same tensors, the same config.json, the same bits as a spec and compiled.</summary>
    private static void Same(SmallModel part, SmallModel written)
    {
        Assert.Equal(Tensors(written), Tensors(part));
        Assert.Equal(written.Definition.Config, part.Definition.Config);
        int[] tokens = [.. Enumerable.Range(0, 23).Select(t => t * 7 % 31)];
        Assert.Equal(written.Oracle(tokens), part.Oracle(tokens));
        using var expected = written.Load();
        using var found = part.Load();
        Assert.Equal(expected.AllLogits(tokens), found.AllLogits(tokens));
        Assert.Equal(expected.DecodedLogits(tokens), found.DecodedLogits(tokens));
    }

    private static IEnumerable<string> Tensors(SmallModel model) => model.Definition.Parameters.Select(p => $"{p.Key} [{string.Join(", ", p.Shape)}]");
}
