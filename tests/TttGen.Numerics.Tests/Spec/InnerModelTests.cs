using TttGen.InnerModels;

namespace TttGen.Numerics.Tests.Spec;

/// <summary>Every inner model of the tests learns: the gradient steps that the scan takes lower its loss.</summary>
public sealed class InnerModelTests
{
    [Fact]
    public void Every_inner_model_learns_a_token_that_is_repeated()
    {
        CheckLearns<LinearMemory<Six>, Six>();
        CheckLearns<MlpMemory<Six, Ten>, Six>();
        CheckLearns<SwiGluMemory<Ten, Sixteen>, Ten>();
        CheckLearns<ThreeLayerMemory<Six, Ten>, Six>();
        CheckLearns<LowRankMemory<Sixteen, Three>, Sixteen>();
        CheckLearns<DeltaMemory<Ten>, Ten>();
        CheckLearns<ScaledMemory<Six>, Six>();
        CheckLearns<TiedMemory<Six, Ten>, Six>();
        CheckLearns<GainMemory<Ten>, Ten>();
        CheckLearns<SquashedMemory<Six>, Six>();
    }

    private static void CheckLearns<TModel, F>() where TModel : IInnerModel<TModel, F> where F : IDim
    {
        const int Length = 23;
        var tokens = InnerCase<TModel, F, Five>.Draw(Length, 8);
        Array.Fill(tokens.Rate, 0.02);
        for (var t = 1; t < Length; t++)
            foreach (var rows in new[] { tokens.Key, tokens.Value })
                rows.AsSpan(0, F.Size).CopyTo(rows.AsSpan(t * F.Size));

        double LossOf(InnerWeights weights) => weights.Model<TModel>().Loss(new(tokens.Key.AsSpan(0, F.Size)), new(tokens.Value.AsSpan(0, F.Size))).Value;
        var (outputs, end) = tokens.RunOracle();
        Assert.Equal(Length * F.Size, outputs.Length);
        Assert.All(outputs, output => Assert.True(double.IsFinite(output)));
        Assert.Equal(Length % 5, end.Place);
        Assert.True(LossOf(end.Weights) < LossOf(tokens.Weights), $"{typeof(TModel).Name}: loss {LossOf(end.Weights)} is not below {LossOf(tokens.Weights)}");
    }
}
