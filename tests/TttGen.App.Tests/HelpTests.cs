namespace TttGen.App.Tests;

public sealed class HelpTests : AppTests
{
    [Fact]
    public void Without_arguments_the_verbs_are_told()
    {
        var run = Run();

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.All(["generate", "eval", "train", "bench", "inspect"], verb => Assert.Contains(verb, run.Out, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("generate", "--prompt-file")]
    [InlineData("eval", "--held-out")]
    [InlineData("train", "--resume")]
    [InlineData("bench", "--contexts")]
    [InlineData("inspect", "--json")]
    public void Every_verb_tells_its_options(string verb, string option)
    {
        var run = Run(verb, "--help");

        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Contains(option, run.Out, StringComparison.Ordinal);
    }
}
