using System.Globalization;
using TttGen.Checkpoints;
using TttGen.Inference;

namespace TttGen.Training.Tests;

/// <summary>
/// A model with a gradient that a reader can check: logits(t) = rate · (A[x(t)] + B[x(t − 1)] + c), rate a run-time number. What it carries is the token before.
/// </summary>
internal sealed class SmallModel : IModel<SmallModel>
{
    /// <summary>Milliseconds that a call takes longer, so that there is a middle of the training to be ended in.</summary>
    public const string Delay = "TTTGEN_TEST_DELAY";

    public static ModelDefinition Definition { get; } = new SmallDefinition
    {
        OnAccumulate = static (_, _) => Thread.Sleep(int.Parse(Environment.GetEnvironmentVariable(Delay) ?? "0", CultureInfo.InvariantCulture)),
    };
}

/// <summary>The definition, and what tests do to its models.</summary>
internal sealed class SmallDefinition : ModelDefinition
{
    public int Vocabulary { get; init; } = 256;

    public string GivenName { get; init; } = "Small";

    public bool HasInnerRate { get; init; } = true;

    /// <summary>Called before each gradient, with the number of the call, from 1.</summary>
    public Action<SmallTrainable, int> OnAccumulate { get; init; } = static (_, _) => { };

    /// <summary>Which layer and heads a tensor is said to be of.</summary>
    public Func<TrainableTensor, TrainableTensor> Place { get; init; } = static tensor => tensor;

    /// <summary>What the inner loops are said to have done.</summary>
    public Func<IReadOnlyList<InnerLoss>> Inner { get; init; } = static () => [new InnerLoss(3, "memory", 2, 1.5, 1.25, 1, 1.375)];

    public override string Name => GivenName;

    public override IReadOnlyList<ConfigEntry> Config => [new("vocab_size", FormattableString.Invariant($"{Vocabulary}"))];

    public override IReadOnlyList<ParameterInfo> Parameters =>
        [new("model.now.weight", [Vocabulary, Vocabulary]), new("model.before.weight", [Vocabulary, Vocabulary]), new("model.bias", [Vocabulary])];

    public override (long Body, long Head) FlopsPerToken => (1, 1);

    public override long StateBytes => 4;

    public override IReadOnlyList<string> Kernels => [];

    public override TttModel Load(string directory, ModelOptions options) => throw new NotSupportedException();

    public override TttModel Create(int seed, ModelOptions options) => throw new NotSupportedException();

    public override TrainableModel CreateTrainable(int seed, TrainableOptions options) => new SmallTrainable(this, seed, options);
}
