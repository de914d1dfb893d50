using TttGen.Inference;
using TttGen.Inference.Sampling;

namespace TttGen.Cuda;

/// <content>What is made of logits where they are: of a row, 16 bytes for a score or the likeliest token, a fifteenth for a draw.</content>
public abstract unsafe partial class DeviceModel
{
    /// <summary>Numbers that a row is scored by: the bits of Σ exp(logit − max), max and the target's logit; the greatest token.</summary>
    private const int ScoreNumbers = 4;

    private DeviceKernel? _scoreRows, _rankLogits;
    private DeviceView<int> _targets, _rowScores;
    private DeviceView<float> _inverseTemperatures;
    private DeviceView<long> _ranked;
    private readonly int[] _hostTargets = new int[MaxLogitRows];
    private int[] _hostScores = [];
    private float[] _hostInverseTemperatures = [];
    private long[] _hostRanked = [];
    private RankedCandidates? _candidates;
    private bool _temperaturesChanged;

    /// <inheritdoc/>
    public override void Score(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<int> targets, Span<TokenScore> scores)
    {
        CheckScores(tokens.Length, targets, scores.Length);
        CheckLengths(states.Length, lengths.Length);
        RunPasses(states, tokens, lengths, new WantedRows { Targets = targets, Scores = scores });
    }

    /// <inheritdoc/>
    public override int Sample(SequenceState state, ReadOnlySpan<int> tokens, Sampler sampler, ReadOnlySpan<int> history)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        int next = -1, length = tokens.Length;
        RunPasses(new ReadOnlySpan<SequenceState>(in state), tokens, new ReadOnlySpan<int>(in length),
            new WantedRows { Draws = new TokenDraws { Samplers = new ReadOnlySpan<Sampler>(in sampler), OnlyHistory = history, Next = new Span<int>(ref next) } });
        return next;
    }

    /// <inheritdoc/>
    public override void Sample(
        ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<Sampler> samplers, ReadOnlySpan<ReadOnlyMemory<int>> histories, Span<int> next)
    {
        CheckDraws(states.Length, samplers, histories.Length, next.Length);
        if (!lengths.IsEmpty) CheckLengths(states.Length, lengths.Length);
        else if (tokens.Length != states.Length) throw new TttException($"sample: expected one token for each of {states.Length} sequences, found {tokens.Length}");
        RunPasses(states, tokens, lengths, new WantedRows { Draws = new TokenDraws { Samplers = samplers, Histories = histories, Next = next } });
    }

    private protected override void Deliver(in WantedRows wanted)
    {
        if (!wanted.Scores.IsEmpty) ScoreAll(wanted.Targets, wanted.Scores);
        else if (!wanted.Draws.Next.IsEmpty) DrawLast(wanted.Draws);
        else base.Deliver(wanted);
    }

    private void ScoreAll(ReadOnlySpan<int> targets, Span<TokenScore> scores)
    {
        for (var first = 0; first < Rows; first += MaxLogitRows)
        {
            RunHead(first);
            ReserveScores();
            for (var r = 0; r < OutputCount; r++) _hostTargets[r] = targets[TokenOf(first + r)];
            Upload<int>(_hostTargets.AsSpan(0, OutputCount), _targets);
            LaunchScores();
            DownloadScores();
            for (var r = 0; r < OutputCount; r++) scores[TokenOf(first + r)] = ScoreOf(r);
        }
    }

    private void DrawLast(in TokenDraws draws)
    {
        RunHead();
        var (greedy, ranks) = (true, false);
        if (_hostInverseTemperatures.Length < OutputCount) _hostInverseTemperatures = new float[OutputCount];
        for (var r = 0; r < OutputCount; r++)
        {
            var sampler = draws.Samplers[OutputSequence(r)];
            var history = draws.History(OutputSequence(r));
            var inverse = sampler.InverseTemperature(history);
            greedy &= sampler.TakesGreatest(history);
            ranks |= inverse > 0;
            _temperaturesChanged |= inverse != _hostInverseTemperatures[r];
            _hostInverseTemperatures[r] = inverse;
        }

        var rows = greedy || ranks ? default : Download(0, OutputCount);

        if (greedy)
        {
            ReserveScores();
            LaunchScores();
            DownloadScores();
        }
        else if (ranks)
        {
            ReserveRanked();
            if (_temperaturesChanged) Upload<float>(_hostInverseTemperatures, _inverseTemperatures);
            _temperaturesChanged = false;
            LaunchRanking();
            Device.Download(_ranked.Slice(0, RankedNumbers(OutputCount)), _hostRanked.AsSpan(0, RankedNumbers(OutputCount)));
        }

        for (var r = 0; r < OutputCount; r++)
        {
            var (sequence, token) = (OutputSequence(r), -1);
            if (greedy) token = ScoreOf(r).Greatest;
            else if (_hostInverseTemperatures[r] > 0)
            {
                _candidates!.Begin(_hostRanked, r);
                draws.Samplers[sequence].TryNext(_candidates, out token);
            }

            // What the row holds decides, be it an error.
            if (token < 0) token = draws.Samplers[sequence].Next(rows.IsEmpty ? Download(r, 1) : rows.Slice(r * Vocabulary, Vocabulary), draws.History(sequence));
            draws.Next[sequence] = token;
        }
    }

    // ---- launches apart from what makes room for them, so that they can be recorded

    private void ReserveScores()
    {
        _scoreRows ??= Kernel("ScoreRows");
        if (_hostScores.Length < OutputCount * ScoreNumbers) _hostScores = new int[OutputCount * ScoreNumbers];
        Grow(ref _rowScores, (long)OutputCount * ScoreNumbers, "scores of rows");
        if (_targets.Length >= OutputCount) return;
        Grow(ref _targets, OutputCount, "tokens that rows are scored for");

        // Any token will do where only the greatest is asked for.
        Device.Clear(_targets);
    }

    private void LaunchScores() => Launch(_scoreRows!, new Grid(OutputCount), [_logits, _targets, _rowScores]);

    private void DownloadScores() => Device.Download(_rowScores.Slice(0, (long)OutputCount * ScoreNumbers), _hostScores.AsSpan(0, OutputCount * ScoreNumbers));

    private TokenScore ScoreOf(int row)
    {
        var numbers = _hostScores.AsSpan(row * ScoreNumbers, ScoreNumbers);
        return CrossEntropy.Of(BitConverter.Int32BitsToSingle(numbers[0]), BitConverter.Int32BitsToSingle(numbers[1]), BitConverter.Int32BitsToSingle(numbers[2]), numbers[3]);
    }

    private void ReserveRanked()
    {
        _rankLogits ??= Kernel("RankLogits");
        _candidates ??= new RankedCandidates(Vocabulary);
        if (_hostRanked.Length < RankedNumbers(OutputCount)) _hostRanked = new long[RankedNumbers(OutputCount)];
        _temperaturesChanged |= _inverseTemperatures.Length < _hostInverseTemperatures.Length;
        Grow(ref _inverseTemperatures, _hostInverseTemperatures.Length, "temperatures of rows");
        Grow(ref _ranked, RankedNumbers(OutputCount), "the likeliest tokens of rows");
    }

    private void LaunchRanking() => Launch(_rankLogits!, new Grid(RankedCandidates.Segments(Vocabulary), OutputCount), [_logits, _inverseTemperatures, _ranked]);

    private int RankedNumbers(int rows) => rows * RankedCandidates.Segments(Vocabulary) * RankedCandidates.Numbers;
}
