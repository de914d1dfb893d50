using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.App.Tests;

/// <summary>
/// Says the alphabet on, round and round, with a little noise that depends on position and the last two tokens. Hands out rows of logits in chunks of
/// seven, sequence by sequence.
/// </summary>
internal sealed class ToyModel(ToyDefinition definition, ModelOptions options) : TttModel
{
    private const int ChunkRows = 7;
    private int _decoded;

    public override ModelDefinition Definition => definition;

    public override int Vocabulary => definition.Vocabulary;

    public override int Threads => Math.Max(1, options.Threads);

    public override WeightType Weights => options.Weights;

    public override long WeightBytes => 4000;

    public override long StateBytes => 16;

    public override long WorkingBytes => 64;

    public static void Logits(ToyState state, Span<float> logits)
    {
        var likely = state.Last is >= 'a' and < 'z' ? state.Last + 1 : 'a';
        for (var j = 0; j < logits.Length; j++)
            logits[j] = (j == likely ? 4 : 0) + MathF.Sin(j * 1.7f + state.Last * 3.1f + state.Previous * 0.9f + state.Position % 97);
    }

    public override SequenceState CreateState() => new ToyState();

    public override void Prefill(SequenceState state, ReadOnlySpan<int> tokens, Span<float> logits)
    {
        foreach (var token in tokens)
            ((ToyState)state).Read(token);
        Logits((ToyState)state, logits);
    }

    public override void Prefill(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, Span<float> logits) => throw new NotSupportedException();

    public override void Prefill(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, LogitsConsumer consumer)
    {
        var start = 0;
        for (var sequence = 0; sequence < states.Length; sequence++)
        {
            for (var first = 0; first < lengths[sequence]; first += ChunkRows)
            {
                var rows = Math.Min(ChunkRows, lengths[sequence] - first);
                var logits = new float[rows * Vocabulary];
                for (var row = 0; row < rows; row++)
                    Prefill(states[sequence], tokens.Slice(start + first + row, 1), logits.AsSpan(row * Vocabulary, Vocabulary));
                consumer(sequence, first, logits);
            }
            start += lengths[sequence];
        }
    }

    public override void Decode(SequenceState state, int token, Span<float> logits)
    {
        Prefill(state, [token], logits);
        definition.OnDecode(++_decoded);
    }

    public override void Decode(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, Span<float> logits) => throw new NotSupportedException();

    public override void Save(string directory) => throw new NotSupportedException();

    public override void Dispose() { }
}
