using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Tests.Derivation;

/// <summary>The derived programs do what a person would write by hand, and nothing more.</summary>
public class WorkTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(16), InlineData(64), InlineData(96)]
    public void A_mini_batch_of_linear_memory_is_five_products(int width) =>
        // X W, Q W, Q Xᵀ, A Δ, Xᵀ Δ; mean and variance on both paths and two sums of the norm's backward pass; Σ Δ
        Assert.Equal(new Work(Products: 5, RowReductions: 6, ColumnReductions: 1, Triangles: 1, FormedPerRow: 0),
            Work.Of(new DualForm(InnerModels.Linear(width)).Forward(ProgramKind.MiniBatch, carried: false, closing: true)));

    [Fact]
    public void Carried_rows_of_linear_memory_add_the_query_times_the_gradient_sum() =>
        Assert.Equal(new Work(Products: 6, RowReductions: 6, ColumnReductions: 1, Triangles: 1, FormedPerRow: 0),
            Work.Of(new DualForm(InnerModels.Linear(64)).Forward(ProgramKind.Step, carried: true, closing: false)));

    [Fact]
    public void A_mini_batch_of_mlp_memory_is_eleven_products() =>
        // X W₁, H W₂, Δ₂ W₂ᵀ; Q W₁, Q Xᵀ, A₁ Δ₁; H̄ W₂, H̄ Hᵀ, A₂ Δ₂; Xᵀ Δ₁, Hᵀ Δ₂
        Assert.Equal(new Work(Products: 11, RowReductions: 6, ColumnReductions: 2, Triangles: 2, FormedPerRow: 0),
            Work.Of(new DualForm(InnerModels.Mlp(64, 256)).Forward(ProgramKind.MiniBatch, carried: false, closing: true)));

    [Fact]
    public void Two_weights_of_one_input_share_its_scores() =>
        // Q Xᵀ for gate and up, H̄ Hᵀ for down
        Assert.Equal(2, Work.Of(new DualForm(InnerModels.SwiGlu()).Forward(ProgramKind.MiniBatch, carried: false, closing: true)).Triangles);

    [Fact]
    public void Advancing_the_state_alone_needs_no_query()
    {
        var advance = new DualForm(InnerModels.Linear(64)).Forward(ProgramKind.Advance, carried: false, closing: true, outputs: false);
        Assert.Equal(new Work(Products: 2, RowReductions: 4, ColumnReductions: 1, Triangles: 0, FormedPerRow: 0), Work.Of(advance));
        Assert.Equal(["key", "value", "lr", "tokLast", "W1", "B1", "Scale", "Shift"], advance.Inputs.Select(i => i.Name));
    }

    [Fact]
    public void The_dual_form_of_linear_memory_is_the_formula_of_the_paper()
    {
        var program = new DualForm(InnerModels.Linear(64)).Forward(ProgramKind.MiniBatch, carried: false, closing: true);
        Assert.Equal("""
            timesW1K[i,j] [n, F] = Σ_c key[i,c] W1[c,j]
            affineW1K[i,j] [n, F] = (B1[j] + timesW1K[i,j])
            meanK[i] [n] = Σ_b 0.015625 affineW1K[i,b]
            centredK[i,j] [n, F] = (affineW1K[i,j] + -1 meanK[i])
            varianceK[i] [n] = Σ_b 0.015625 centredK[i,b] centredK[i,b]
            value2[i] [n] = (1E-06 + varianceK[i])
            invStdK[i] [n] = rsqrt(value2[i])
            normalK[i,j] [n, F] = centredK[i,j] invStdK[i]
            value3[i,j] [n, F] = Scale[j] normalK[i,j]
            value4[i,j] [n, F] = (Shift[j] + value3[i,j])
            value5[i,j] [n, F] = (key[i,j] + value4[i,j])
            errorK[i,j] [n, F] = (-1 value[i,j] + value5[i,j])
            dNormalK[i,j] [n, F] = lr[i] Scale[j] errorK[i,j]
            value6[i,j] [n, F] = invStdK[i] dNormalK[i,j]
            dInvStdK[i] [n] = Σ_b centredK[i,b] dNormalK[i,b]
            value7[i] [n] = invStdK[i] invStdK[i] invStdK[i]
            value8[i] [n] = dInvStdK[i] value7[i]
            value9[i,j] [n, F] = centredK[i,j] value8[i]
            dCentredK[i,j] [n, F] = (value6[i,j] + -0.015625 value9[i,j])
            sumDNormalK[i] [n] = Σ_b dNormalK[i,b]
            value10[i] [n] = invStdK[i] sumDNormalK[i]
            deltaW1[i,j] [n, F] = (dCentredK[i,j] + -0.015625 value10[i])
            rate[i,j] [n, n] = tok[i] tril[i,j]
            timesW1Q[i,j] [n, F] = Σ_c query[i,c] W1[c,j]
            scoresW1[i,j] [n, n] = Σ_c key[j,c] query[i,c]
            value11[i,j] [n, n] = (scoresW1[i,j] + 1)
            attentionW1[i,j] [n, n] = rate[i,j] value11[i,j]
            correctionW1[i,j] [n, F] = Σ_c -1 deltaW1[c,j] attentionW1[i,c]
            affineW1Q[i,j] [n, F] = (B1[j] + timesW1Q[i,j] + correctionW1[i,j])
            meanQ[i] [n] = Σ_b 0.015625 affineW1Q[i,b]
            centredQ[i,j] [n, F] = (affineW1Q[i,j] + -1 meanQ[i])
            varianceQ[i] [n] = Σ_b 0.015625 centredQ[i,b] centredQ[i,b]
            value12[i] [n] = (1E-06 + varianceQ[i])
            invStdQ[i] [n] = rsqrt(value12[i])
            normalQ[i,j] [n, F] = centredQ[i,j] invStdQ[i]
            value13[i,j] [n, F] = Scale[j] normalQ[i,j]
            value14[i,j] [n, F] = (Shift[j] + value13[i,j])
            output[i,j] [n, F] = (query[i,j] + value14[i,j])
            stepW1[i,j] [F, F] = Σ_c key[c,i] deltaW1[c,j]
            value15[i,j] [F, F] = tokLast stepW1[i,j]
            W1Next[i,j] [F, F] = (W1[i,j] + -1 value15[i,j])
            stepB1[i] [F] = Σ_b deltaW1[b,i]
            value16[i] [F] = tokLast stepB1[i]
            B1Next[i] [F] = (B1[i] + -1 value16[i])

            """.ReplaceLineEndings("\n"), Formulas.Of(program));
    }

    [Theory, MemberData(nameof(InnerModels.Names), MemberType = typeof(InnerModels))]
    public void No_matrix_is_formed_per_row_where_the_dual_form_covers_a_model(string name)
    {
        var model = InnerModels.Named(name);
        var covered = DualForm.Covers(model, out _);
        foreach (var (carried, closing) in new[] { (false, true), (true, false), (true, true) })
        {
            var forward = new DualForm(model).Forward(ProgramKind.Step, carried, closing);
            Assert.Equal(covered, Work.Of(forward).FormedPerRow == 0);
            Assert.Equal(covered, Work.Of(DualForm.Backward(ProgramKind.StepBackward, forward)).FormedPerRow == 0);
        }
        Assert.Equal(0, Work.Of(new PrimalForm(model).Forward(ProgramKind.Token)).FormedPerRow);
        Assert.DoesNotContain(new PrimalForm(model).Forward(ProgramKind.Token).Live(), n => n.Shape.Any(a => a.IsRows));
    }

    [Fact]
    public void Only_a_matrix_whose_use_is_not_linear_is_left_to_the_primal_form()
    {
        foreach (var model in InnerModels.All)
            Assert.Equal(model.Name != "SquashedMemory", DualForm.Covers(model, out _));
        DualForm.Covers(InnerModels.Squashed(), out var reason);
        Assert.Contains("W, a fast Six×Six matrix", reason, StringComparison.Ordinal);
    }
}
