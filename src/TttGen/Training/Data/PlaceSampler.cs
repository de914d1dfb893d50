using TttGen.Checkpoints;
using TttGen.Inference.Sampling;

namespace TttGen.Training.Data;

/// <summary>Draws places in texts; a place is a function of the seed and a number, so that nothing has to be remembered.</summary>
internal sealed class PlaceSampler
{
    private readonly IReadOnlyList<TokenStream> _streams;
    private readonly double[] _shares;
    private readonly int _length;
    private readonly ulong _seed;

    /// <param name="data">Texts and their weights.</param>
    /// <param name="length">Tokens read from a place on; one more is there as a target.</param>
    /// <param name="seed">Other places for another.</param>
    public PlaceSampler(TrainingData data, int length, int seed)
    {
        (_streams, _length, _seed) = (data.Streams, length, (ulong)(uint)seed);
        for (var i = 0; i < _streams.Count; i++)
        {
            if (Places(i) <= 0)
                throw new TttException($"{OneLine.Path(data.Sources[i].Path)}: expected at least {length + 1L} tokens to learn from, found {_streams[i].Count}; give a longer text or smaller sequences");
        }

        // Sums from the first source on, so that a draw is compared with one number each.
        double sum = 0;
        _shares = [.. data.Sources.Select((source, i) => sum += source.Weight * Places(i))];
    }

    /// <summary>The first token of draw <paramref name="number"/>: of all places, each as likely as its source's weight.</summary>
    public long First(ulong number)
    {
        // Two rounds: with one, draw n + 1 of a seed would be draw n of another.
        var state = number;
        state = Xoshiro256.SplitMix(ref state) ^ _seed * 0xD1B54A32D192ED03;
        var drawn = (Xoshiro256.SplitMix(ref state) >> 11) * (1.0 / (1UL << 53)) * _shares[^1];
        var source = Math.Min(Array.FindIndex(_shares, share => drawn < share) is var found and >= 0 ? found : int.MaxValue, _streams.Count - 1);
        return _streams[source].First + (long)Math.BigMul(Xoshiro256.SplitMix(ref state), (ulong)Places(source), out _);
    }

    private long Places(int stream) => _streams[stream].Count - _length;
}
