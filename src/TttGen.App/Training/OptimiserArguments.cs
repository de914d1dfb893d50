using System.CommandLine;
using TttGen.App.CommandLine;
using TttGen.Training;
using TttGen.Training.Optimisation;

namespace TttGen.App.Training;

/// <summary>The options that say how weights move.</summary>
internal sealed class OptimiserArguments
{
    private static readonly TrainingSettings Standard = new();

    private readonly Option<double> _rate = Numbers.Real("--learning-rate", "Peak learning rate. The paper's: 3e-3 at 125m, 1.5e-3 at 350m, 1.25e-3 at 760m, 1e-3 at 1b", Standard.LearningRate, 0, 1e3);
    private readonly Option<double> _final = Numbers.Real("--final-rate", "Learning rate at the end of the cosine", Standard.FinalRate, 0, 1e3);
    private readonly Option<double> _warmUp = Numbers.Real("--warm-up", "Share of the training in which the rate rises", Standard.WarmUp, 0, 0.99);
    private readonly Option<double> _innerStart = Numbers.Real("--inner-rate-start", "Where ttt_base_lr starts, to rise to its value over the warm-up; the paper's for TTT-MLP: 0.01. Default: no rise", 0, 0, 1e6).WithoutDefault();
    private readonly Option<double> _beta1 = Numbers.Real("--beta1", "AdamW: decay of the mean of gradients", Standard.Optimiser.Beta1, 0, 0.999999);
    private readonly Option<double> _beta2 = Numbers.Real("--beta2", "AdamW: decay of the mean of their squares", Standard.Optimiser.Beta2, 0, 0.999999);
    private readonly Option<double> _epsilon = Numbers.Real("--epsilon", "AdamW: added to the root of that mean", Standard.Optimiser.Epsilon, 1e-30, 1);
    private readonly Option<double> _decay = Numbers.Real("--weight-decay", "AdamW: decoupled weight decay", Standard.Optimiser.WeightDecay, 0, 100);
    private readonly Option<bool> _matrices = new("--decay-matrices-only") { Description = "Biases, norms and other vectors don't decay" };
    private readonly Option<double> _clip = Numbers.Real("--clip", "Largest norm of the gradient; 0: any", Standard.Optimiser.ClipNorm, 0, 1e9);

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (ReadOnlySpan<Option>)[_rate, _final, _warmUp, _innerStart, _beta1, _beta2, _epsilon, _decay, _matrices, _clip])
            command.Options.Add(option);
    }

    /// <summary>The settings with what is given on the command line.</summary>
    public TrainingSettings Apply(ParseResult arguments, TrainingSettings settings) => settings with
    {
        LearningRate = arguments.Given(_rate, settings.LearningRate),
        FinalRate = arguments.Given(_final, settings.FinalRate),
        WarmUp = arguments.Given(_warmUp, settings.WarmUp),
        InnerRateStart = arguments.IsInRegister(_innerStart) ? arguments.GetValue(_innerStart) : settings.InnerRateStart,
        Optimiser = new AdamWOptions
        {
            Beta1 = arguments.Given(_beta1, settings.Optimiser.Beta1),
            Beta2 = arguments.Given(_beta2, settings.Optimiser.Beta2),
            Epsilon = arguments.Given(_epsilon, settings.Optimiser.Epsilon),
            WeightDecay = arguments.Given(_decay, settings.Optimiser.WeightDecay),
            DecayMatricesOnly = arguments.Given(_matrices, settings.Optimiser.DecayMatricesOnly),
            ClipNorm = arguments.Given(_clip, settings.Optimiser.ClipNorm),
        },
    };
}
