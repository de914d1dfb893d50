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

    private static void Check(string name, int width, int heads, int feature, int hidden, int innerHidden, int depth)
    {
        var preset = Assert.Single(Checkpoints.Preset.All, preset => preset.Name == name);
        Assert.Equal((preset.Width, preset.Heads, preset.Hidden, preset.Layers), (width, heads, hidden, depth));
        Assert.Equal((width / heads, 4 * feature), (feature, innerHidden));
    }
}
