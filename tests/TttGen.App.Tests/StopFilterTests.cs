using TttGen.App.Generating;

namespace TttGen.App.Tests;

public sealed class StopFilterTests
{
    [Fact]
    public void However_the_text_comes_in_pieces_it_is_cut_before_the_first_stop()
    {
        var random = new Random(5);
        for (var round = 0; round < 2000; round++)
        {
            var text = Letters(random, random.Next(30));
            string[] stops = [Letters(random, random.Next(1, 5)), Letters(random, random.Next(1, 5))];
            var filter = new StopFilter(stops);
            var output = "";
            for (var at = 0; at < text.Length && !filter.Stopped;)
            {
                var length = Math.Min(random.Next(1, 4), text.Length - at);
                output += filter.Push(text.Substring(at, length));
                at += length;
            }
            output += filter.Flush();

            Assert.Equal(UntilFirstStop(text, stops), output);
        }
    }

    [Fact]
    public void Only_what_may_be_the_beginning_of_a_stop_is_held_back()
    {
        var filter = new StopFilter(["END"]);

        Assert.Equal("the ", filter.Push("the EN"));
        Assert.Equal("ENT", filter.Push("TE"));
        Assert.False(filter.Stopped);
    }

    // Character by character: as soon as the text so far ends with a stop, that stop (the longer one if both) is cut off.
    private static string UntilFirstStop(string text, string[] stops)
    {
        for (var end = 1; end <= text.Length; end++)
        {
            var complete = stops.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal)).ToList();
            if (complete.Count > 0)
                return text[..(end - complete.Max(static stop => stop.Length))];
        }
        return text;
    }

    private static string Letters(Random random, int count) => string.Concat(Enumerable.Range(0, count).Select(_ => (char)('a' + random.Next(2))));
}
