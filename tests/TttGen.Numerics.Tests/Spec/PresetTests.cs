using TttGen.Layers;
using P125 = TttGen.Presets.Size125M;
using P1B = TttGen.Presets.Size1B;
using P350 = TttGen.Presets.Size350M;
using P760 = TttGen.Presets.Size760M;

namespace TttGen.Numerics.Tests.Spec;

/// <summary>The presets are the paper's table.</summary>
public sealed class PresetTests
{
    [Fact]
    public void Presets_have_the_papers_sizes()
    {
        Check("125m", Presets.Size125M.Width.Size, Presets.Size125M.Heads.Size, Presets.Size125M.HeadDim.Size, Presets.Size125M.Hidden.Size, Presets.Size125M.InnerHidden.Size, Presets.Size125M.Depth.Size);
        Check("350m", Presets.Size350M.Width.Size, Presets.Size350M.Heads.Size, Presets.Size350M.HeadDim.Size, Presets.Size350M.Hidden.Size, Presets.Size350M.InnerHidden.Size, Presets.Size350M.Depth.Size);
        Check("760m", Presets.Size760M.Width.Size, Presets.Size760M.Heads.Size, Presets.Size760M.HeadDim.Size, Presets.Size760M.Hidden.Size, Presets.Size760M.InnerHidden.Size, Presets.Size760M.Depth.Size);
        Check("1b", Presets.Size1B.Width.Size, Presets.Size1B.Heads.Size, Presets.Size1B.HeadDim.Size, Presets.Size1B.Hidden.Size, Presets.Size1B.InnerHidden.Size, Presets.Size1B.Depth.Size);
    }

    /// <summary>The paper's Transformer is one block with each preset's dimensions.</summary>
    [Fact]
    public void Llama_of_every_preset_has_the_parameters_of_its_sizes()
    {
        Count<CausalLm<P125.Vocab, P125.Width, P125.Depth, LlamaBlock<P125.Width, P125.Width, P125.Width, P125.Heads, P125.Heads, P125.HeadDim, P125.Hidden>>>("125m");
        Count<CausalLm<P350.Vocab, P350.Width, P350.Depth, LlamaBlock<P350.Width, P350.Width, P350.Width, P350.Heads, P350.Heads, P350.HeadDim, P350.Hidden>>>("350m");
        Count<CausalLm<P760.Vocab, P760.Width, P760.Depth, LlamaBlock<P760.Width, P760.Width, P760.Width, P760.Heads, P760.Heads, P760.HeadDim, P760.Hidden>>>("760m");
        Count<CausalLm<P1B.Vocab, P1B.Width, P1B.Depth, LlamaBlock<P1B.Width, P1B.Width, P1B.Width, P1B.Heads, P1B.Heads, P1B.HeadDim, P1B.Hidden>>>("1b");
    }

    private static void Count<TSpec>(string name) where TSpec : ISpec<TSpec>
    {
        var preset = Assert.Single(Checkpoints.Preset.All, preset => preset.Name == name);
        var (width, hidden) = ((long)preset.Width, (long)preset.Hidden);
        Assert.Equal(32000 * width + preset.Layers * (4 * width * width + 3 * width * hidden + 2 * width) + width, ParameterList.Of<TSpec>().Sum(parameter => parameter.Info.Count));
    }

    private static void Check(string name, int width, int heads, int feature, int hidden, int innerHidden, int depth)
    {
        var preset = Assert.Single(Checkpoints.Preset.All, preset => preset.Name == name);
        Assert.Equal((preset.Width, preset.Heads, preset.Hidden, preset.Layers), (width, heads, hidden, depth));
        Assert.Equal((width / heads, 4 * feature), (feature, innerHidden));
    }
}
