using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>Generated code against the reference implementation's tensors, in float32.</summary>
public sealed class CompiledGoldenTests
{
    private const double Bar = 2e-5;

    /// <summary>Every case, the definition that compiles it, and its inner model's name.</summary>
    public static TheoryData<string> Cases => [.. CompiledModels.OfGolden.Keys];

    /// <summary>Those that tell the residual stream.</summary>
    public static TheoryData<string> CasesWithStreams => Where(golden => golden.HasHiddenStates);

    /// <summary>Those that tell states.</summary>
    public static TheoryData<string> CasesWithStates => Where(golden => golden.HasStates);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Prefill_gives_the_logits_of_the_reference(string name)
    {
        using var golden = new GoldenCase(name);
        using var model = CompiledModels.Load(golden, name);
        var (tokens, lengths) = Batch(golden);
        var states = States(model, golden.Sequences);
        var found = new double[golden.Sequences][];
        for (var s = 0; s < golden.Sequences; s++) found[s] = new double[golden.Length * model.Vocabulary];
        model.Prefill(states, tokens, lengths, (sequence, first, logits) =>
        {
            for (var i = 0; i < logits.Length; i++) found[sequence][first * model.Vocabulary + i] = logits[i];
        });
        for (var s = 0; s < golden.Sequences; s++) RelativeError.Within(Bar, found[s], golden.Logits(s), $"logits of sequence {s}");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decoding_token_by_token_gives_the_logits_of_the_reference(string name)
    {
        using var golden = new GoldenCase(name);
        using var model = CompiledModels.Load(golden, name);
        var states = States(model, golden.Sequences);
        var found = Enumerable.Range(0, golden.Sequences).Select(_ => new List<double>()).ToArray();
        var logits = new float[golden.Sequences * model.Vocabulary];
        for (var t = 0; t < golden.Length; t++)
        {
            model.Decode(states, [.. Enumerable.Range(0, golden.Sequences).Select(s => golden.Tokens(s)[t])], logits);
            for (var s = 0; s < golden.Sequences; s++) found[s].AddRange(logits.Skip(s * model.Vocabulary).Take(model.Vocabulary).Select(x => (double)x));
        }
        for (var s = 0; s < golden.Sequences; s++) RelativeError.Within(Bar, found[s].ToArray(), golden.Logits(s), $"logits of sequence {s}");
    }

    [Theory]
    [MemberData(nameof(CasesWithStreams))]
    public void The_residual_stream_is_that_of_the_reference_after_every_block(string name)
    {
        using var golden = new GoldenCase(name);
        using var model = CompiledModels.Load(golden, name);
        for (var s = 0; s < golden.Sequences; s++)
        {
            var seen = new Dictionary<int, double[]>();
            model.Observer = (_, layer, position, rows) => seen[layer] = [.. rows.ToArray().Select(x => (double)x)];
            model.Prefill(model.CreateState(), golden.Tokens(s), new float[model.Vocabulary]);
            Assert.NotEmpty(seen);
            foreach (var (layer, rows) in seen) RelativeError.Within(Bar, rows, golden.HiddenStates(layer, s), $"hidden states after block {layer}");
        }
    }

    [Theory]
    [MemberData(nameof(CasesWithStates))]
    public void States_are_those_of_the_reference_inside_a_mini_batch_too(string name)
    {
        using var golden = new GoldenCase(name);
        using var model = CompiledModels.Load(golden, name);
        var memory = model.StateTensors[0].Name.Split('.')[0];
        for (var s = 0; s < golden.Sequences; s++)
        {
            // as the reference made them: a prefill of 32 tokens, then one at a time
            var state = model.CreateState();
            var tokens = golden.Tokens(s);
            var logits = new float[model.Vocabulary];
            model.Prefill(state, tokens.AsSpan(0, 32), logits);
            foreach (var token in tokens.AsSpan(32)) model.Decode(state, token, logits);
            foreach (var tensor in model.StateTensors.Where(t => !t.Name.EndsWith("Sum", StringComparison.Ordinal)))
            {
                var weight = tensor.Name[(memory.Length + 1)..];
                var key = weight[0] == 'B' ? "b" + weight[1..] : weight;
                for (var layer = 0; layer < tensor.Layers; layer++)
                {
                    RelativeError.Within(Bar, Layer(model, state, tensor, tensor.Name, layer), golden.State(key, layer, s), $"{tensor.Name} of block {layer}");
                    RelativeError.Within(Bar, Layer(model, state, tensor, tensor.Name + "Sum", layer), golden.GradientSum(key, layer, s), $"{tensor.Name}Sum of block {layer}");
                }
            }
        }

        static double[] Layer(CompiledModel model, SequenceState state, StateTensor tensor, string name, int layer)
        {
            var size = tensor.Heads * tensor.Count;
            return [.. model.ReadState(state, name).Skip(layer * size).Take(size).Select(x => (double)x)];
        }
    }

    private static TheoryData<string> Where(Func<GoldenCase, bool> has) => [.. CompiledModels.OfGolden.Keys.Where(name =>
    {
        using var golden = new GoldenCase(name);
        return has(golden);
    })];

    private static SequenceState[] States(CompiledModel model, int count) => [.. Enumerable.Range(0, count).Select(_ => model.CreateState())];

    private static (int[] Tokens, int[] Lengths) Batch(GoldenCase golden) =>
        ([.. Enumerable.Range(0, golden.Sequences).SelectMany(golden.Tokens)], [.. Enumerable.Repeat(golden.Length, golden.Sequences)]);
}
