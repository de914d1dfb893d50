using System.CommandLine;
using TttGen.Tool.Plotting;

namespace TttGen.Tool;

/// <summary><c>plot</c>: curves of trainings as a picture.</summary>
internal static class PlotCommand
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("runs") { Description = "Folders of trainings (train --out), or their metrics.jsonl; several are drawn over one another", Arity = ArgumentArity.OneOrMore };
        var to = new Option<string>("--out") { Description = "The picture, PNG", HelpName = "file", DefaultValueFactory = static _ => "curves.png" };
        var width = new Option<int>("--width") { Description = "Pixels", DefaultValueFactory = static _ => 1400 };
        var height = new Option<int>("--height") { Description = "Pixels", DefaultValueFactory = static _ => 1000 };
        var command = new Command("plot", "Loss, held-out loss, rates and inner losses of trainings, as a PNG") { runs, to, width, height };
        command.SetAction(arguments =>
        {
            var (pixelsX, pixelsY) = (arguments.GetValue(width), arguments.GetValue(height));
            if (pixelsX is < 200 or > 20000 || pixelsY is < 200 or > 20000) throw new TttException($"--width and --height: expected 200 to 20000 pixels, found {pixelsX} × {pixelsY}");
            var file = arguments.GetValue(to)!;
            CurvePlot.Save(file, [.. arguments.GetValue(runs)!.Select(Curves.Read)], pixelsX, pixelsY);
            Console.WriteLine(file);
            return 0;
        });
        return command;
    }
}
