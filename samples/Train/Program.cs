using System.Globalization;
using Train;
using TttGen;
using TttGen.App;
using TttGen.Inference;
using TttGen.Tool.Plotting;

// The whole way in one command: learn from Moby Dick, look at held-out text and at the inner loops, plot, write a few lines.
//   [--model linear-mamba|linear-transformer|mlp-mamba|mlp-transformer|llama|mamba|hybrid] [--steps N] [--out FOLDER] [--smoke]
var arguments = Arguments.Parse(args);
if (arguments is null) return 1;

var texts = Path.Combine(AppContext.BaseDirectory, "moby-dick.txt");
string[] size = arguments.Smoke
    ? ["--context", "64", "--batch", "4", "--eval-tokens", "512", "--eval-every", "10", "--watch", "5"]
    : ["--context", "512", "--batch", "4", "--eval-tokens", "32768", "--eval-every", "100", "--watch", "20"];
string[] inner = arguments.Model.StartsWith("mlp", StringComparison.Ordinal) || arguments.Model == "hybrid" ? ["--inner-rate-start", "0.01"] : [];
var steps = arguments.Steps.ToString(CultureInfo.InvariantCulture);
var code = Run(["train", texts, "--out", arguments.Out, "--steps", steps, "--save-every", "200", .. size, .. inner]);
if (code != 0) return code;

var picture = Path.Combine(arguments.Out, "curves.png");
try
{
    CurvePlot.Save(picture, [Curves.Read(arguments.Out)]);
}
catch (TttException error)
{
    Console.Error.WriteLine($"error: {error.Message}");
    return 1;
}
Console.Error.WriteLine($"curves: {picture}");
return Run(["generate", "--model", Path.Combine(arguments.Out, "model"), "--prompt", "Call me Ishmael.", "--max-tokens", arguments.Smoke ? "40" : "400", "--temperature", "0.8", "--seed", "1"]);

int Run(string[] line) => arguments.Model switch
{
    "linear-mamba" => TttApp.Run<LinearMamba>(line),
    "linear-transformer" => TttApp.Run<LinearTransformer>(line),
    "mlp-mamba" => TttApp.Run<MlpMamba>(line),
    "llama" => TttApp.Run<Llama>(line),
    "mamba" => TttApp.Run<Mamba>(line),
    "hybrid" => TttApp.Run<Hybrid>(line),
    _ => TttApp.Run<MlpTransformer>(line),
};
