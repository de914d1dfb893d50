using ScottPlot;

namespace TttGen.Tool.Plotting;

/// <summary>Trainings as a picture of four panels: losses, held-out losses, rate and gradient, inner losses by layer (arXiv 2407.04620, figure 4).</summary>
public static class CurvePlot
{
    /// <summary>Of a panel's width, what a title may take: it is centred over the axes, which are not in the panel's middle.</summary>
    private const float TitleShare = 0.8f;

    private static readonly IPalette Palette = new ScottPlot.Palettes.Category10();

    /// <summary>Writes the picture, whole or not at all.</summary>
    /// <param name="file">A PNG.</param>
    /// <param name="runs">At least one.</param>
    /// <param name="width">Pixels.</param>
    /// <param name="height">Pixels.</param>
    /// <exception cref="TttException">The file can't be written.</exception>
    public static void Save(string file, IReadOnlyList<Curves> runs, int width = 1400, int height = 1000)
    {
        var multiplot = new Multiplot();
        multiplot.AddPlots(4);
        Loss(multiplot.GetPlot(0), runs);
        HeldOut(multiplot.GetPlot(1), runs);
        Rates(multiplot.GetPlot(2), runs);
        Inner(multiplot.GetPlot(3), runs[^1]);
        multiplot.Layout = new ScottPlot.MultiplotLayouts.Grid(rows: 2, columns: 2);
        using var paint = Paint.NewDisposablePaint();
        foreach (var title in multiplot.GetPlots().Select(p => p.Axes.Title.Label)) title.FontSize *= Math.Min(1, TitleShare * width / 2 / title.Measure(paint).Width);
        var partial = file + ".partial";
        try
        {
            multiplot.SavePng(partial, width, height);
            File.Move(partial, file, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TttException($"{file}: the picture can't be written: {error.Message}", error);
        }
    }

    private static void Label(Plot plot, string title, string y)
    {
        plot.Title(title, 18);
        plot.XLabel("step");
        plot.YLabel(y);
        plot.Axes.Margins(0.02, 0.06);
    }

    private static void Loss(Plot plot, IReadOnlyList<Curves> runs)
    {
        Label(plot, "training loss", "nats a token");
        for (var r = 0; r < runs.Count; r++)
        {
            var colour = Palette.GetColor(r);
            double[] steps = [.. runs[r].Steps.Select(s => (double)s.Step)], losses = [.. runs[r].Steps.Select(s => s.Loss)];
            Line(plot, steps, losses, colour.WithAlpha(0.2), 1, null);
            Line(plot, steps, Smoothed(losses), colour, 2, runs[r].Name);
        }
        Legend(plot, runs.Count);
        // the first steps are far above all that follows
        var settled = runs.SelectMany(r => Smoothed([.. r.Steps.Select(s => s.Loss)]).Skip(r.Steps.Count / 50)).ToList();
        var (low, high) = (runs.Min(r => r.Steps.Min(s => s.Loss)), settled.Max());
        plot.Axes.SetLimitsY(low - 0.05 * (high - low), high + 0.1 * (high - low) + 1e-3);
    }

    private static void HeldOut(Plot plot, IReadOnlyList<Curves> runs)
    {
        Label(plot, "held-out text", "nats a byte");
        var k = 0;
        foreach (var run in runs)
            foreach (var (text, points) in run.HeldOut)
            {
                var line = plot.Add.Scatter(points.Select(p => (double)p.Step).ToArray(), points.Select(p => p.Nats).ToArray());
                line.Color = Palette.GetColor(k++);
                line.LineWidth = 2;
                line.MarkerSize = 6;
                line.LegendText = runs.Count > 1 ? $"{run.Name}: {text}" : text;
            }
        Legend(plot, k);
    }

    private static void Rates(Plot plot, IReadOnlyList<Curves> runs)
    {
        Label(plot, "gradient norm (before clipping) and learning rate", "norm");
        for (var r = 0; r < runs.Count; r++)
        {
            double[] steps = [.. runs[r].Steps.Select(s => (double)s.Step)];
            Line(plot, steps, Smoothed([.. runs[r].Steps.Select(s => s.Norm)]), Palette.GetColor(r), 2, runs.Count > 1 ? runs[r].Name : "gradient norm");
            var rate = plot.Add.ScatterLine(steps, runs[r].Steps.Select(s => s.Rate).ToArray());
            rate.Axes.YAxis = plot.Axes.Right;
            rate.Color = Palette.GetColor(r).Darken(0.3);
            rate.LinePattern = LinePattern.Dashed;
            if (r == runs.Count - 1) rate.LegendText = "learning rate";
        }
        plot.Axes.Right.Label.Text = "learning rate (dashed)";
        Legend(plot, runs.Count + 1);
    }

    private static void Inner(Plot plot, Curves run)
    {
        Label(plot, $"inner loss of {run.Name}", "loss");
        var layers = run.Inner.GroupBy(p => p.Layer).OrderBy(g => g.Key).ToList();
        for (var k = 0; k < layers.Count; k++)
        {
            double[] steps = [.. layers[k].Select(p => (double)p.Step)];
            var colour = Palette.GetColor(k);
            Line(plot, steps, [.. layers[k].Select(p => p.Initial)], colour, 1.5f, null).LinePattern = LinePattern.Dotted;
            Line(plot, steps, [.. layers[k].Select(p => p.Before)], colour, 1.5f, null).LinePattern = LinePattern.Dashed;
            Line(plot, steps, [.. layers[k].Select(p => p.After)], colour, 2.5f, $"layer {layers[k].Key}");
        }
        foreach (var (name, pattern) in new[] { ("at θ₀", LinePattern.Dotted), ("before a mini-batch", LinePattern.Dashed), ("after it", LinePattern.Solid) })
            if (layers.Count > 0) plot.Legend.ManualItems.Add(new LegendItem { LabelText = name, LineColor = Colors.Gray, LineWidth = 1.5f, LinePattern = pattern });
        if (layers.Count == 0) plot.Add.Annotation("not looked at: train --watch N does, every N steps", Alignment.MiddleCenter);
        Legend(plot, layers.Count, Alignment.LowerRight);
    }

    private static ScottPlot.Plottables.Scatter Line(Plot plot, double[] x, double[] y, Color colour, float width, string? name)
    {
        var line = plot.Add.ScatterLine(x, y);
        (line.Color, line.LineWidth) = (colour, width);
        if (name is not null) line.LegendText = name;
        return line;
    }

    private static void Legend(Plot plot, int entries, Alignment alignment = Alignment.UpperRight)
    {
        if (entries > 0) plot.ShowLegend(alignment);
    }

    /// <summary>A running mean that forgets over a fiftieth of the run.</summary>
    private static double[] Smoothed(double[] values)
    {
        var forget = Math.Min(1, 50.0 / values.Length);
        double mean = 0, weight = 0;
        return [.. values.Select(v =>
        {
            mean += forget * (v - mean);
            weight += forget * (1 - weight);
            return mean / weight;
        })];
    }
}
