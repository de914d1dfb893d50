using TttGen.Checkpoints;

namespace TttGen.Training.Data;

/// <summary>
/// The held-out part of a source in windows of T tokens, as <c>eval --held-out</c> reads it: window w has inputs wT … wT + T − 1, each from a fresh state, and as targets the
/// tokens one later.
/// </summary>
internal sealed class HeldOutWindows
{
    private readonly TrainingData _data;
    private readonly int _context;
    private readonly List<long> _first = [];

    /// <param name="data">All texts.</param>
    /// <param name="name">The source's name.</param>
    /// <param name="files">Its files' held-out parts; no window lies in two.</param>
    /// <param name="context">T.</param>
    /// <param name="tokens">Windows are those that hold so many tokens; at least one. 0: all.</param>
    public HeldOutWindows(TrainingData data, string name, IReadOnlyList<TokenStream> files, int context, int tokens)
    {
        (_data, _context, Name) = (data, context, name);
        foreach (var file in files)
        {
            for (long first = 0; first + context < file.Count; first += context)
                _first.Add(file.First + first);
        }
        if (_first.Count == 0)
        {
            throw new TttException($"{name}: expected at least {context + 1L} held-out tokens for a window of {context}, found {files.Max(static file => file.Count)}; "
                + "give a longer text, a smaller --context, a larger --held-out, or --eval-every 0");
        }
        if (tokens > 0 && _first.Count > Math.Max(1, tokens / context))
            _first.RemoveRange(Math.Max(1, tokens / context), _first.Count - Math.Max(1, tokens / context));
    }

    /// <summary>The source's name.</summary>
    public string Name { get; }

    /// <summary>Nats a byte; null where it was asked to stop meanwhile.</summary>
    public double? Measure(TrainableModel model, CancellationToken stop)
    {
        var (nats, bytes) = (0.0, 0L);
        foreach (var windows in _first.Chunk(Math.Max(1, model.MaxTokens / _context)))
        {
            if (stop.IsCancellationRequested)
                return null;
            var (tokens, targets) = (new int[windows.Length * _context], new int[windows.Length * _context]);
            for (var i = 0; i < windows.Length; i++)
            {
                _data.File.Read(windows[i], tokens.AsSpan(i * _context, _context));
                _data.File.Read(windows[i] + 1, targets.AsSpan(i * _context, _context));
            }
            nats += model.Measure(new TrainingBatch(tokens, targets, [.. windows.Select(_ => new TrainingSequence(_context))])).Nats;
            foreach (var target in targets)
                bytes += _data.Tokenizer.Tokenizer.BytesOf(target).Length;
        }
        return nats / bytes;
    }
}
